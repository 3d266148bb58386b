/** Draws how far two states of an object agree, frame by frame: 1 at the top, a gap to the ground where they share nothing. */

export type DrawnAgreement = {
  readonly values: readonly (readonly [frame: number, percent: number])[];
  readonly frames: number;
  readonly frame: number;
  readonly width: number;
  readonly height: number;
  readonly ratio: number;
  readonly line: string;
  readonly grid: string;
  readonly head: string;
};

/** The least agreement in each column of pixels, 0 to 100: a single bad frame of a long clip shows. */
export const agreementColumns = (values: DrawnAgreement["values"], frames: number, width: number): Uint8Array => {
  const columns = new Uint8Array(Math.max(Math.floor(width), 1)).fill(100);
  for (const [frame, percent] of values) {
    const first = Math.floor((frame / frames) * columns.length);
    const last = Math.max(Math.ceil(((frame + 1) / frames) * columns.length) - 1, first);
    for (let column = first; column <= last && column < columns.length; column += 1)
      columns[column] = Math.min(columns[column] ?? 100, percent);
  }
  return columns;
};

export const drawAgreement = (context: CanvasRenderingContext2D, drawn: DrawnAgreement): void => {
  const { width, height, ratio } = drawn;
  const columns = agreementColumns(drawn.values, Math.max(drawn.frames, 1), width);
  const y = (percent: number): number => 2 + (1 - percent / 100) * (height - 4);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.lineWidth = 1;
  context.strokeStyle = drawn.grid;
  context.beginPath();
  for (const percent of [0, 50, 100]) {
    context.moveTo(0, Math.round(y(percent)) + 0.5);
    context.lineTo(width, Math.round(y(percent)) + 0.5);
  }
  context.stroke();
  context.lineWidth = 1.5;
  context.strokeStyle = drawn.line;
  context.beginPath();
  columns.forEach((percent, column) => (column === 0 ? context.moveTo(0, y(percent)) : context.lineTo(column + 0.5, y(percent))));
  context.stroke();
  context.fillStyle = drawn.head;
  context.fillRect(((drawn.frame + 0.5) / Math.max(drawn.frames, 1)) * width, 0, 1, height);
};
