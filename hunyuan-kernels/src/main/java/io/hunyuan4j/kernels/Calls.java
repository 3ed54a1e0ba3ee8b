package io.hunyuan4j.kernels;

import java.util.ArrayList;
import java.util.List;

/** The idle {@link Call}s of some kernels: as many as ever ran at once. */
final class Calls {
  private final RangeKernels loops;
  private final List<Call> idle = new ArrayList<>();

  Calls(RangeKernels loops) {
    this.loops = loops;
  }

  /** A call whose pieces {@code loop} runs; its operands are to be set. */
  Call begin(Call.Loop loop) {
    return take().begin(loop);
  }

  private synchronized Call take() {
    return idle.isEmpty() ? new Call(loops) : idle.removeLast();
  }

  /** Takes a call back after its last piece. */
  void end(Call call) {
    call.end();
    synchronized (this) {
      idle.add(call);
    }
  }
}
