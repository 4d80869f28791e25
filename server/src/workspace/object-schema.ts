import { Type } from 'typebox'
import { Language } from './types.ts'

const path = Type.String({
  minLength: 1,
  description: 'Absolute workspace path, for example /Users/ada/train.py.',
})
const language = Type.Enum(Object.values(Language), {
  description: "The notebook's language; needed with format SOURCE.",
})

export const GetStatusQuery = Type.Object({
  path,
  return_export_info: Type.Optional(
    Type.Boolean({ description: 'Accepted; nothing here is ever too large to export.' }),
  ),
})

export const ListQuery = Type.Object({
  path,
  notebooks_modified_after: Type.Optional(
    Type.Integer({ description: 'Only notebooks changed after this time, epoch milliseconds.' }),
  ),
})

export const ExportQuery = Type.Object({
  path,
  format: Type.String({
    default: 'SOURCE',
    description: 'SOURCE, JUPYTER (notebooks), AUTO or RAW: as it was imported.',
  }),
  direct_download: Type.Boolean({
    default: false,
    description: 'true answers the bytes themselves, false base64 in JSON.',
  }),
})

export const MkdirsRequest = Type.Object({ path }, { additionalProperties: false })

export const DeleteRequest = Type.Object(
  {
    path,
    recursive: Type.Boolean({ default: false, description: 'Also all that is in the folder.' }),
  },
  { additionalProperties: false },
)

/** The same fields as JSON or as a multipart form. */
export const ImportRequest = Type.Object(
  {
    path,
    content: Type.Optional(
      Type.Unknown({ description: 'In JSON the content in base64, in a form the file itself.' }),
    ),
    format: Type.Optional(
      Type.String({ description: 'SOURCE, JUPYTER, AUTO (by extension and header) or RAW.' }),
    ),
    language: Type.Optional(language),
    overwrite: Type.Boolean({ default: false, description: 'Replace what is at the path.' }),
  },
  { additionalProperties: false },
)

export const ImportFileQuery = Type.Object({
  overwrite: Type.Boolean({ default: false, description: 'Replace what is at the path.' }),
})
