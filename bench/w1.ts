import { close, sma } from '#features';
import { hold, type Strategy } from '#strategy';

/** W1 as a strategy file, for the whole process: long one unit while the average of 20 closes is above that of 50. */
const w1: Strategy = {
  name: 'w1',
  features: { fast: sma(close, 20), slow: sma(close, 50) },
  onBar(context) {
    const up = context.f['fast']! > context.f['slow']!;
    const { flat } = context.position;
    if (up && flat) context.submit({ side: 'buy', type: 'market', size: 1 });
    else if (!up && !flat) context.closePosition();
    return up ? ABOVE : BELOW;
  },
};

const ABOVE = hold('fast above slow');
const BELOW = hold('fast below slow');

export default w1;
