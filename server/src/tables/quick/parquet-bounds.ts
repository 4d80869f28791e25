import type { FileMetaData } from 'hyparquet'
import { parquetHeader } from 'hyparquet/src/column.js'

export interface ParquetLimits {
  /** In all, and values of a page. */
  readonly rows: number
  /** Of a page when it is unpacked. */
  readonly pageBytes: number
}

/**
 * Whether a file unpacks to what it claims to be, a small one. A page of a few bytes can say that it
 * holds billions of values; this process must not make room for them.
 */
export function isBounded(
  file: ArrayBuffer,
  metadata: FileMetaData,
  limits: ParquetLimits,
): boolean {
  const rows = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0)
  if (rows > limits.rows || Number(metadata.num_rows) !== rows) return false
  const chunks = metadata.row_groups.flatMap((group) => group.columns)
  return chunks.every(({ meta_data: chunk }) => {
    if (!chunk) return false
    const { dictionary_page_offset: dictionary, data_page_offset: data } = chunk
    const start = Number(dictionary !== undefined && dictionary < data ? dictionary : data)
    const size = Number(chunk.total_compressed_size)
    return start + size <= file.byteLength && hasSmallPages(new DataView(file, start, size), limits)
  })
}

function hasSmallPages(view: DataView<ArrayBuffer>, limits: ParquetLimits): boolean {
  const reader = { view, offset: 0 }
  while (reader.offset < view.byteLength) {
    const page = parquetHeader(reader)
    const counts = [page.data_page_header, page.data_page_header_v2, page.dictionary_page_header]
    if (counts.some((one) => one && !(one.num_values >= 0 && one.num_values <= limits.rows))) {
      return false
    }
    if (!(page.uncompressed_page_size <= limits.pageBytes)) return false
    if (!(page.compressed_page_size >= 0)) return false
    reader.offset += page.compressed_page_size
  }
  return true
}
