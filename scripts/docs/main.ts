// Writes the pages that are made of the code. `npm run docs`
import { writeFile } from 'node:fs/promises'
import '../../server/src/app.ts'
import { listErrors } from '../../server/src/core/index.ts'
import { errorPage } from './error-table.ts'

await writeFile(new URL('../../docs/errors.md', import.meta.url), errorPage(listErrors()))
