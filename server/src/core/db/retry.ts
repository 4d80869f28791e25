import { setTimeout as delay } from 'node:timers/promises'

/** Lost to another transaction: serialization_failure, deadlock_detected. */
const lostRace = ['40001', '40P01']
/** unique_violation: another transaction has written, since this one looked, what it was to write. */
const uniqueViolation = '23505'
const maxTries = 5

/**
 * Runs a Postgres transaction again when another one was in its way, so that callers see what they
 * would have seen one after the other. A unique violation is tried once more: `work` then finds the
 * other's row and answers in its own words.
 */
export async function retryTransaction<T>(transaction: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await transaction()
    } catch (error) {
      const { code } = error as { code?: unknown }
      const isWorthIt = lostRace.includes(String(code))
        ? tries < maxTries
        : code === uniqueViolation && tries === 1
      if (!isWorthIt) throw error
      // Those who have met should not meet again.
      await delay(Math.random() * 5 * tries)
    }
  }
}
