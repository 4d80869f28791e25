import { realpath } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Ctx } from '../core/index.ts'
import { tablesErrors } from './errors.ts'
import { tableRoot } from './room.ts'

/**
 * The path that a LOCATION means, after resolving `..` and links; refused outside the table root and
 * the external locations.
 */
export async function resolveLocation(ctx: Ctx, location: string): Promise<string> {
  return resolveUnder([tableRoot(ctx), ...ctx.config.externalLocations], location)
}

/** The path of a file under an external location; refused anywhere else. */
export async function resolveExternal(ctx: Ctx, location: string): Promise<string> {
  return resolveUnder(ctx.config.externalLocations, location)
}

async function resolveUnder(roots: readonly string[], location: string): Promise<string> {
  const real = await realpathOfMissing(parseLocation(location))
  for (const root of roots) if (isInside(await realpathOfMissing(root), real)) return real
  throw tablesErrors.TABLES_LOCATION_REFUSED(location)
}

function parseLocation(location: string): string {
  if (location.startsWith('file:')) {
    try {
      return fileURLToPath(location.replace(/^file:\/(?!\/)/, 'file:///'))
    } catch (error) {
      throw tablesErrors.TABLES_LOCATION_REFUSED(location).with({ cause: error })
    }
  }
  if (isAbsolute(location)) return resolve(location)
  throw tablesErrors.TABLES_LOCATION_REFUSED(location)
}

/** The real path of what is there, and the rest of the path as it is. */
async function realpathOfMissing(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error
    return join(await realpathOfMissing(dirname(path)), basename(path))
  }
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path)
  return way !== '' && !way.startsWith('..') && !isAbsolute(way)
}
