import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'unit',
          globalSetup: 'tests/support/shared-postgres.ts',
          include: ['{server,sdk,cli,ui}/src/**/*.test.{ts,tsx}'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'system',
          globalSetup: 'tests/support/shared-postgres.ts',
          include: ['tests/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // What is polled for there happens in other processes, on a machine that may be busy.
          expect: { poll: { timeout: 15_000 } },
        },
      },
    ],
  },
})
