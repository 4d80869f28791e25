import { workspaceErrors } from './errors.ts'
import { hasNotebookHeader, languageOfExtension, readJupyterLanguage } from './notebook-format.ts'
import { ObjectType, type Language, type NotebookFormat } from './types.ts'

export interface ImportRequest {
  readonly path: string
  /** `AUTO` decides by extension and header, `RAW` always makes a file. @default 'SOURCE' */
  readonly format?: string | undefined
  readonly language?: Language | undefined
  readonly content: Buffer
}

/** What an import makes: where, and of which type. */
export interface ImportPlan {
  readonly path: string
  readonly type: ObjectType
  readonly language?: Language
  readonly format?: NotebookFormat
}

const importFormats = ['SOURCE', 'AUTO', 'JUPYTER', 'RAW']

export function planImport(request: ImportRequest): ImportPlan {
  const { path, language } = request
  const format = request.format ?? 'SOURCE'
  switch (format) {
    case 'RAW':
      return { path, type: ObjectType.File }
    case 'AUTO':
      return planAuto(request)
    case 'JUPYTER':
      return notebook(path, readJupyterLanguage(path, request.content), 'JUPYTER')
    case 'SOURCE':
      if (!language) throw workspaceErrors.WORKSPACE_LANGUAGE_MISSING(path)
      return notebook(path, language, 'SOURCE')
    default:
      throw workspaceErrors.WORKSPACE_FORMAT_UNSUPPORTED(format, importFormats.join(', '))
  }
}

function planAuto({ path, content }: ImportRequest): ImportPlan {
  const bare = path.replace(/\.[A-Za-z]+$/, '')
  if (path.toLowerCase().endsWith('.ipynb')) {
    return notebook(bare, readJupyterLanguage(path, content), 'JUPYTER')
  }
  const language = languageOfExtension(path)
  if (language && hasNotebookHeader(content, language)) return notebook(bare, language, 'SOURCE')
  return { path, type: ObjectType.File }
}

function notebook(path: string, language: Language, format: NotebookFormat): ImportPlan {
  return { path, type: ObjectType.Notebook, language, format }
}
