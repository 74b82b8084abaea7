import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';
import { classicStart } from './scripts/classic-start';
import { bootFirst, findFirstPaint, isFirstPaint, noStackAtLoad, windowAtLoad } from './scripts/first-paint';
import { shortMessages } from './scripts/short-messages';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const API = process.env['GEMBA_API'] ?? 'http://localhost:8080';

/** The worker refuses a file whose bytes are not those of this build: a captive portal answers 200 too. */
function integrity(url: string): string {
  return `sha384-${createHash('sha384').update(readFileSync(here(`./dist/${url}`))).digest('base64')}`;
}

export default defineConfig({
  plugins: [
    svelte(),
    findFirstPaint(here('./src/main.ts')),
    bootFirst(here('./src/db/boot-first.js')),
    classicStart,
    shortMessages,
    noStackAtLoad,
    windowAtLoad,
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'src',
      filename: 'sw.ts',
      injectRegister: false,
      registerType: 'prompt',
      injectManifest: {
        rollupFormat: 'iife',
        globPatterns: ['**/*.{html,js,css,svg,png,webmanifest}'],
        globIgnores: ['screenshots/**', 'icons/*-512.png', 'sw.js'],
        manifestTransforms: [
          (entries) => ({
            manifest: entries
              .map((entry) => ({ ...entry, integrity: integrity(entry.url) }))
              .sort((a, b) => (a.url < b.url ? -1 : 1)),
            warnings: [],
          }),
        ],
      },
      manifest: {
        id: '/',
        name: '现场绩效 Gemba',
        short_name: '现场绩效',
        description: '在没有网络的车间里也能完成的绩效评价',
        lang: 'zh-CN',
        start_url: '/',
        scope: '/',
        display: 'standalone',
        orientation: 'any',
        background_color: '#f4f3ef',
        theme_color: '#f4f3ef',
        categories: ['business', 'productivity'],
        icons: [
          { src: 'icons/gear.svg', sizes: 'any', type: 'image/svg+xml' },
          { src: 'icons/gear-192.png', sizes: '192x192', type: 'image/png' },
          { src: 'icons/gear-512.png', sizes: '512x512', type: 'image/png' },
          { src: 'icons/gear-maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
        ],
        shortcuts: [
          { name: '我的班组', short_name: '班组', url: '/#/team', icons: [{ src: 'icons/gear-192.png', sizes: '192x192' }] },
          { name: '我的结果', short_name: '结果', url: '/#/my', icons: [{ src: 'icons/gear-192.png', sizes: '192x192' }] },
          { name: '这部手机上有什么', short_name: '本机', url: '/#/phone', icons: [{ src: 'icons/gear-192.png', sizes: '192x192' }] },
        ],
        screenshots: [
          { src: 'screenshots/score.png', sizes: '720x1480', type: 'image/png', form_factor: 'narrow', label: '评分' },
          { src: 'screenshots/team.png', sizes: '720x1480', type: 'image/png', form_factor: 'narrow', label: '班组' },
          { src: 'screenshots/board.png', sizes: '1280x800', type: 'image/png', form_factor: 'wide', label: '完成情况' },
        ],
      },
    }),
  ],
  build: {
    target: 'es2022',
    assetsDir: 'assets',
    assetsInlineLimit: 0,
    // The strict CSP allows no inline script, and every browser we serve knows modulepreload.
    modulePreload: { polyfill: false },
    cssCodeSplit: true,
    sourcemap: false,
    reportCompressedSize: false,
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'main', test: isFirstPaint }] } } },
  },
  server: { proxy: { '/api': { target: API } } },
});
