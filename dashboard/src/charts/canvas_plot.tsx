// A canvas as large as its place, painted again when what it shows changes. Coordinates are CSS pixels.
import { createEffect, createSignal, onCleanup, onMount } from 'solid-js';

export interface CanvasSize {
  width: number;
  height: number;
}

export function CanvasPlot(props: {
  label: string;
  height: number;
  paint: (context: CanvasRenderingContext2D, size: CanvasSize) => void;
  onPointer: (what: 'move' | 'down' | 'up' | 'leave', at: { x: number; y: number; clientX: number; clientY: number }) => void;
  onSize: (size: CanvasSize) => void;
  cursor: string;
}) {
  let canvas!: HTMLCanvasElement;
  const [size, setSize] = createSignal<CanvasSize>({ width: 0, height: 0 });
  onMount(() => {
    const measure = (): void => {
      const next = { width: canvas.clientWidth, height: props.height };
      setSize(next);
      props.onSize(next);
    };
    const observer = new ResizeObserver(measure);
    observer.observe(canvas);
    measure();
    onCleanup(() => observer.disconnect());
    createEffect(() => {
      const { width, height } = size();
      const context = canvas.getContext('2d');
      if (!context || width === 0) return;
      canvas.width = Math.round(width * devicePixelRatio);
      canvas.height = Math.round(height * devicePixelRatio);
      context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
      context.clearRect(0, 0, width, height);
      props.paint(context, { width, height });
    });
  });
  const tell = (what: 'move' | 'down' | 'up' | 'leave') => (event: PointerEvent): void => {
    const box = canvas.getBoundingClientRect();
    if (what === 'down') canvas.setPointerCapture(event.pointerId);
    props.onPointer(what, { x: event.clientX - box.left, y: event.clientY - box.top, clientX: event.clientX, clientY: event.clientY });
  };
  return (
    <canvas ref={canvas} class="canvas-plot" role="img" aria-label={props.label} style={{ height: `${props.height}px`, cursor: props.cursor }}
      onPointerMove={tell('move')} onPointerDown={tell('down')} onPointerUp={tell('up')} onPointerLeave={tell('leave')} />
  );
}
