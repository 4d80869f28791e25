import react from '@vitejs/plugin-react'
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
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (!compressible.test(file.fileName)) continue
        const source = Buffer.from(file.type === 'chunk' ? file.code : file.source)
        const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }
        const versions = { br: brotliCompressSync(source, quality), gz: gzipSync(source) }
        for (const [suffix, body] of Object.entries(versions)) {
          this.emitFile({ type: 'asset', fileName: `${file.fileName}.${suffix}`, source: body })
        }
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
