import { isTooDeep, MAX_JSON_DEPTH } from '../lib/json-depth';
import { HttpProblem } from './http-answer';

/** Those of GraphQL over HTTP that hold JSON. */
const JSON_PARAMETERS = ['variables', 'extensions'];

/**
 * The parameters of a URL's query; what should be JSON and is not stays a text, for Apollo Server to complain about.
 *
 * @throws HttpProblem for JSON that nests too deeply
 */
export function fromSearch(search: string): Record<string, unknown> {
  const parameters: Record<string, unknown> = {};
  for (const [name, value] of new URLSearchParams(search)) {
    parameters[name] = JSON_PARAMETERS.includes(name) ? parse(name, value) : value;
  }
  return parameters;
}

/** The inverse, for parameters without values that are undefined. */
export function toSearch(parameters: Readonly<Record<string, unknown>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) search.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return `?${search.toString()}`;
}

function parse(name: string, text: string): unknown {
  if (isTooDeep(text)) {
    throw new HttpProblem(
      400,
      'BAD_REQUEST',
      `The JSON of "${name}" nests deeper than ${MAX_JSON_DEPTH} levels.`,
    );
  }
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
