import { render } from 'preact';
import { App } from './app.tsx';
import './styles/base.css';
import './styles/layout.css';
import './styles/messages.css';
import './styles/blocks.css';

const place = document.getElementById('page');
if (place !== null) render(<App />, place);
