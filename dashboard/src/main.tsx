import { render } from 'solid-js/web';
import { App } from './app';
import { live } from './state/live';
import { place } from './state/location';
import './styles/tokens.css';
import './styles/base.css';

// What is read waits for the socket, and the socket takes its time: it is asked for before the page is made.
if (place().page !== 'start' && place().page !== 'unknown') live.begin();
render(() => <App />, document.getElementById('root')!);
