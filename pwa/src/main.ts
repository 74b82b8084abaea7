import { mount } from 'svelte';
import App from './App.svelte';
import { drawn } from './foundation/drawn';
import { settleLocale } from './foundation/locale';
import { appUpdate } from './foundation/update.svelte';
import { m } from './generated/paraglide/messages.js';
import { createSession } from './sync/start';
import { show } from './ui/preferences';
import './ui/tokens.css';
import './ui/base.css';

document.documentElement.lang = settleLocale();
document.title = m.app_name();
show();

const session = createSession();
const target = document.getElementById('app') ?? document.body;

/** The worker and the list of what makes this an app: fetched by a start, they would stand in its way. */
function settle(): void {
  const manifest = document.createElement('link');
  manifest.rel = 'manifest';
  manifest.href = '/manifest.webmanifest';
  document.head.append(manifest);
  appUpdate.start();
}

void session
  .start()
  .finally(() => mount(App, { target, props: { session } }))
  .then(drawn)
  .then(settle);
