import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { computeErrors } from './errors.ts'

const accepted = new Set(['-q', '--quiet', '-U', '--upgrade', '--no-cache-dir', '-v', '--verbose'])

/**
 * What a notebook's `%pip install` lines ask for. They become part of its environment before it
 * starts, so that they are locked and recorded like every other requirement.
 */
export async function notebookRequirements(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch(() => '')
  if (!text.includes('pip')) return []
  const lines = codeLines(path, text).flatMap(
    (line) => /^\s*[%!]\s*pip3?\s+install\s+(.*)$/.exec(line)?.[1] ?? [],
  )
  const wanted = await Promise.all(lines.map((line) => parseInstall(line, dirname(path))))
  return wanted.flat()
}

function codeLines(path: string, text: string): string[] {
  if (!path.endsWith('.ipynb')) {
    return text.split('\n').map((line) => line.replace(/^# MAGIC ?/, ''))
  }
  return cellsOf(text)
    .filter((cell) => cell.cell_type === 'code')
    .flatMap(({ source = '' }) => [source].flat().join('').split('\n'))
}

interface Cell {
  readonly cell_type?: string
  readonly source?: string | readonly string[]
}

function cellsOf(text: string): readonly Cell[] {
  try {
    return (JSON.parse(text) as { cells?: readonly Cell[] }).cells ?? []
  } catch {
    // The attempt says what is wrong with the file.
    return []
  }
}

async function parseInstall(line: string, folder: string): Promise<string[]> {
  const words = splitWords(line)
  const found: string[] = []
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? ''
    if (accepted.has(word)) continue
    if (word === '-r' || word === '--requirement') {
      at += 1
      found.push(...(await readRequirements(words[at] ?? '', folder)))
    } else if (word.startsWith('-') || /[{}$]/.test(word)) {
      throw computeErrors.COMPUTE_REQUIREMENT_INVALID(
        word,
        `'%pip install ${line.trim()}' is read before the notebook runs; name packages, files, or -r FILE`,
      )
    } else {
      found.push(/^\.{0,2}\//.test(word) ? join(word.startsWith('/') ? '/' : folder, word) : word)
    }
  }
  return found
}

/** Words of a command line; quotes keep `"pandas>=2, <3"` together. */
function splitWords(line: string): string[] {
  const bare = line.replace(/(^|\s)#.*$/, '')
  return [...bare.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain ?? '',
  )
}

async function readRequirements(name: string, folder: string): Promise<string[]> {
  const path = name.startsWith('/') ? name : join(folder, name)
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw computeErrors.COMPUTE_REQUIREMENT_INVALID(`-r ${name}`, error.message).with({
      cause: error,
    })
  })
  return text.split('\n')
}
