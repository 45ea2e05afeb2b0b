import { createRoot } from 'solid-js';
import { beforeAll, describe, expect, it, vi } from 'vitest';

// The address is read when the module is loaded.
beforeAll(() => {
  vi.stubGlobal('location', { pathname: '/', search: '' });
  vi.stubGlobal('addEventListener', () => undefined);
});

async function viewOf(start: string) {
  const { createChartView } = await import('../../src/state/chart_view');
  const { createParameters } = await import('../../src/state/view_parameters');
  const parameters = createParameters(start);
  return createRoot(() => ({ view: createChartView(parameters), parameters }));
}

describe('scales', () => {
  it('are read from the address', async () => {
    const { view } = await viewOf('log=a&symlog=b%2Cc&lx=symlog&sc=0.01');
    expect(['a', 'b', 'c', 'd'].map((key) => view.yScale(key).kind)).toEqual(['log', 'symlog', 'symlog', 'linear']);
    expect(view.yScale('b').constant).toBe(0.01);
    expect(view.xScale()).toBe(view.yScale('b'));
    expect((await viewOf('lx=1')).view.xScale().kind).toBe('log');
  });

  it('are written to it, a key in one list at a time', async () => {
    const { view, parameters } = await viewOf('log=a%2Cb');
    view.setYScale('a', 'symlog');
    expect(new URLSearchParams(parameters.text()).get('log')).toBe('b');
    expect(new URLSearchParams(parameters.text()).get('symlog')).toBe('a');
    view.setYScale('a', 'linear');
    view.setYScale('b', 'linear');
    view.setXScale('symlog');
    view.setSymlogConstant('0.5');
    expect(parameters.text()).toBe('lx=symlog&sc=0.5');
    view.setXScale('log');
    view.setSymlogConstant('nonsense');
    expect(parameters.text()).toBe('lx=1');
    view.setXScale('linear');
    expect(parameters.text()).toBe('');
  });
});
