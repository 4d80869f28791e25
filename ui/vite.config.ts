import react from '@vitejs/plugin-react'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { env } from 'node:process'
import { constants, brotliCompressSync, gzipSync } from 'node:zlib'
import { defineConfig, type Plugin } from 'vite'

const compressible = /\.(?:js|css|html|svg|json)$/

/** Writes `.br` and `.gz` beside every text file, so that the server never compresses. */
function precompress(): Plugin {
  return {
    name: 'millrace:precompress',
    apply: 'build',
    enforce: 'post',
    // After everything is written: Vite fills placeholders into chunks until the very end.
    async writeBundle({ dir = 'dist' }, bundle) {
      for (const fileName of Object.keys(bundle)) {
        if (!compressible.test(fileName)) continue
        const path = join(dir, fileName)
        const source = await readFile(path)
        const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }
        await writeFile(`${path}.br`, brotliCompressSync(source, quality))
        await writeFile(`${path}.gz`, gzipSync(source))
      }
    },
  }
}

const backend = env['MILLRACE_URL'] ?? 'http://127.0.0.1:5000'
const proxied = ['/api', '/ajax-api', '/serving-endpoints', '/get-artifact', '/model-versions']

export default defineConfig({
  plugins: [react(), precompress()],
  publicDir: 'src/public',
  build: { target: 'es2023', outDir: 'dist', sourcemap: false, chunkSizeWarningLimit: 400 },
  server: { proxy: Object.fromEntries(proxied.map((path) => [path, { target: backend }])) },
})
