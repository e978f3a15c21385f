import { type Batch, EventStream } from '../../streams/event-stream.js';
import { type DeviceAction, DeviceActionState } from './device-action.entity.js';

/** An action whenever it has come further; ends with it. */
export class ActionProgressStream extends EventStream<DeviceAction> {
  // The id of the action is an argument.
  readonly scope = 'device actions';

  /** @param find null once the action is deleted. */
  constructor(
    private readonly find: () => Promise<DeviceAction | null>,
    private readonly onChange: (listener: () => void) => () => void,
  ) {
    super();
  }

  open(): Promise<Batch<DeviceAction>> {
    return this.since(-1);
  }

  async since(offset: number): Promise<Batch<DeviceAction>> {
    const action = await this.find();
    if (!action) return { publications: [], offset, status: 'ended' };
    const isOver = action.state !== DeviceActionState.RUNNING;
    const reached = 2 * action.done + Number(isOver);
    const publications = reached > offset ? [{ event: action, offset: reached }] : [];
    return { publications, offset: reached, status: isOver ? 'ended' : 'current' };
  }

  onAppend(listener: () => void): () => void {
    return this.onChange(listener);
  }
}
