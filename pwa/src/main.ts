import { mount } from 'svelte';
import App from './App.svelte';
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
void session.start().finally(() => mount(App, { target, props: { session } }));
appUpdate.start();
