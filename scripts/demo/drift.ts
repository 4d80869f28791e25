import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { repo } from './platform.ts'

const customers = 500

/**
 * A week in which something happened: new customers who all are on fibre and month-to-month, at
 * prices a third higher. Made from such customers of the example's own data, so that its form is
 * right and their answers are true; few, so that the demo can be run again and again on one folder.
 */
export async function driftedWeek(): Promise<Uint8Array> {
  const file = join(repo, 'examples', 'churn', 'data', 'telco_churn.csv')
  const [header = '', ...rows] = (await readFile(file, 'utf8')).trim().split('\n')
  const columns = header.split(',')
  const drifted = rows.filter(
    (row) => row.includes('Fiber optic') && row.includes('Month-to-month'),
  )
  const changed = drifted.slice(0, customers).map((row) => {
    const cells = row.split(',')
    const set = (name: string, value: string): void => {
      cells[columns.indexOf(name)] = value
    }
    const get = (name: string): string => cells[columns.indexOf(name)] ?? ''
    set('customer_id', String(Number(get('customer_id')) + 100_000))
    set('monthly_charges', (Number(get('monthly_charges')) * 1.35).toFixed(2))
    return cells.join(',')
  })
  return new TextEncoder().encode(`${[header, ...changed].join('\n')}\n`)
}
