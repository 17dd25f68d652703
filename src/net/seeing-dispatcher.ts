// Tells each request that goes through a dispatcher, as its peer saw it: what is declared to the ANS is counted from these.
import { Dispatcher } from 'undici';
import type { VoirEchange } from '../domain/usage-interface.js';

/** Same connections, same limits; closing it closes `inner`, whose own methods could not be called through `compose`. */
export function seeingDispatcher(inner: Dispatcher, voir: VoirEchange): Dispatcher {
  return new SeeingDispatcher(inner, voir);
}

class SeeingDispatcher extends Dispatcher {
  readonly #inner: Dispatcher;
  readonly #composed: Dispatcher;

  constructor(inner: Dispatcher, voir: VoirEchange) {
    super();
    this.#inner = inner;
    this.#composed = inner.compose(
      (dispatch) => (options, handler) => dispatch(options, seeing(options, handler, voir)),
    );
  }

  override dispatch(
    options: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler,
  ): boolean {
    return this.#composed.dispatch(options, handler);
  }

  override close(): Promise<void>;
  override close(callback: () => void): void;
  override close(): Promise<void> {
    return this.#inner.close();
  }

  override destroy(): Promise<void>;
  override destroy(callback: (() => void) | Error | null): void;
  override destroy(): Promise<void> {
    return this.#inner.destroy();
  }
}

function seeing(
  { method, origin, path }: Dispatcher.DispatchOptions,
  handler: Dispatcher.DispatchHandler,
  voir: VoirEchange,
): Dispatcher.DispatchHandler {
  let statut: number | undefined;
  let octets = 0;
  let isTold = false;
  const tell = (estCoupe: boolean): void => {
    const base = String(origin ?? '');
    if (isTold || !URL.canParse(path, base)) return;
    isTold = true;
    voir({ methode: method, url: new URL(path, base), statut, octets, estCoupe });
  };
  return {
    onRequestStart: (...given) => handler.onRequestStart?.(...given),
    onRequestUpgrade: (...given) => handler.onRequestUpgrade?.(...given),
    onResponseStart: (controller, code, ...rest) => {
      // 1xx come before the answer.
      if (code >= 200) statut = code;
      handler.onResponseStart?.(controller, code, ...rest);
    },
    onResponseData: (controller, chunk) => {
      octets += chunk.length;
      handler.onResponseData?.(controller, chunk);
    },
    onResponseEnd: (...given) => {
      tell(false);
      handler.onResponseEnd?.(...given);
    },
    onResponseError: (...given) => {
      tell(true);
      handler.onResponseError?.(...given);
    },
  };
}
