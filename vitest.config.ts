/** How the tests run: each file in a process of its own, generous time-outs, the bundle built once beforehand. */
import { configDefaults, defineConfig } from 'vitest/config';

// vitest takes its configuration from the default export only.
export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: [...configDefaults.exclude, 'tests/fixtures/**'],
    globalSetup: ['tests/setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 20_000,
    sequence: { shuffle: false },
    env: { TZ: 'Asia/Shanghai' },
  },
});
