import { render } from 'preact';
import { App } from './app.tsx';
import './styles/colours.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/layout.css';
import './styles/top.css';
import './styles/messages.css';
import './styles/composer.css';
import './styles/blocks.css';
import './styles/plan-and-table.css';
import './styles/forms.css';
import './styles/windows.css';
import './styles/narrow.css';

const place = document.getElementById('page');
if (place !== null) render(<App />, place);
