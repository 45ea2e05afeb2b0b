import { render } from 'solid-js/web';
import { App } from './app';
import './styles/tokens.css';
import './styles/base.css';

render(() => <App />, document.getElementById('root')!);
