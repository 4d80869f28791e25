import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/** What a notebook may import, and what MLflow needs to keep its model. */
const wanted = [
  'lightgbm',
  'matplotlib',
  'mlflow-skinny',
  'numpy',
  'pandas',
  'pyarrow',
  'scikit-learn',
  'xgboost-cpu',
]

const pinFile = fileURLToPath(new URL('../../../python/envs/base.txt', import.meta.url))

/** The versions that Millrace itself is tested with, for every Python that it runs on. */
export async function defaultRequirements(): Promise<string[]> {
  const lines = (await readFile(pinFile, 'utf8')).split('\n')
  return lines.filter((line) => wanted.includes(line.split('==')[0] ?? ''))
}

/** Versions by package name from the lines of a lock. */
export function readVersions(lock: string): Record<string, string> {
  const found = lock.matchAll(/^([A-Za-z0-9._-]+)==([^\s;]+)/gm)
  return Object.fromEntries(Array.from(found, ([, name = '', version = '']) => [name, version]))
}
