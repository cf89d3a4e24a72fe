import { LogLines } from './support/log-lines';
import { describeWithOwnRedis } from './support/nodes';
import { RedisServer } from './support/redis-server';
import { TestServer } from './support/server';

/** They have a connection of their own, of which they tell too. */
const RATES_OFF = {
  rateConnects: 0,
  rateFailures: 0,
  rateQueries: 0,
  rateMutations: 0,
  rateSubscriptions: 0,
  rateExports: 0,
};

describeWithOwnRedis('the log of a server whose Redis fails', () => {
  it('tells that the bus is down, and that it is up again, once each', async () => {
    const redis = await RedisServer.start();
    const log = new LogLines();
    const config = { redisUrls: [redis.url], logLevel: 'info', ...RATES_OFF } as const;
    const server = await TestServer.start({ logTo: log, config });
    for (let round = 1; round <= 2; round++) {
      expect(log.find('the bus is up again')).toHaveLength(round - 1);
      await redis.kill();
      expect(await log.until('something failed in the background', round)).toHaveLength(round);
      await redis.run();
      expect(await log.until('the bus is up again', round)).toHaveLength(round);
    }
    await server.stop();
    await redis.remove();
  });
});
