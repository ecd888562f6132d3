import { defineConfig } from 'vite';

// biome-ignore lint/style/noDefaultExport: vite asks for one
export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: '../../../dist/sandbox/page',
    // A page that is open goes on working: assets are named by their content, and older ones stay.
    emptyOutDir: false,
    target: 'es2022',
    // Scripts and styles are files of their own: the page's policy forbids inline ones.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1000,
  },
});
