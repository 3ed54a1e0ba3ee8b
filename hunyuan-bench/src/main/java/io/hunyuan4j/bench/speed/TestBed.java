package io.hunyuan4j.bench.speed;

import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.SessionOptions;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * One session in which tests run one after the other. Tokens are random, so that they spread over
 * the experts, and always the same.
 */
final class TestBed implements AutoCloseable {
  private static final long SEED = 20_261_125;
  private static final int WARMUP_STEPS = 16;

  private final LanguageModel model;
  private final Session session;
  private final int[] tokens;

  TestBed(LanguageModel model, SessionOptions options) {
    this.model = model;
    this.tokens =
        new SplittableRandom(SEED).ints(options.capacity(), 0, model.shape().vocabSize()).toArray();
    this.session = model.newSession(options);
  }

  /**
   * Fills the session up to the test's depth, and runs pieces of the test until compilers are done
   * with it: until none was faster than those before for {@code warmup}, but not forever.
   */
  void prepare(SpeedTest test, Duration warmup) {
    fill(test.depth());
    if (warmup.isZero()) {
      return;
    }
    SpeedTest piece =
        switch (test) {
          case SpeedTest.Prefill(int n, int depth) ->
              new SpeedTest.Prefill(Math.min(n, Work.CHUNK), depth);
          case SpeedTest.Decode(int n, int depth) ->
              new SpeedTest.Decode(Math.min(n, WARMUP_STEPS), depth);
        };
    AllocationMeter ignored = new AllocationMeter();
    Settling speeds = new Settling(warmup);
    while (speeds.goesOn(1 / time(piece, ignored))) {}
  }

  /** Seconds of one repetition, at the session's position, where it is again afterwards. */
  double time(SpeedTest test, AllocationMeter allocation) {
    int depth = session.position();
    allocation.start();
    long start = System.nanoTime();
    switch (test) {
      case SpeedTest.Prefill(int n, int _) -> prefill(n, 1);
      case SpeedTest.Decode(int n, int _) -> decode(n);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    allocation.stop();
    session.truncate(depth);
    return seconds;
  }

  private void fill(int depth) {
    session.truncate(Math.min(depth, session.position()));
    prefill(depth - session.position(), 0);
  }

  private void prefill(int n, int logitRows) {
    int end = session.position() + n;
    while (session.position() < end) {
      int next = Math.min(end, session.position() + Work.CHUNK);
      model.forward(
          Arrays.copyOfRange(tokens, session.position(), next),
          session,
          next == end ? logitRows : 0);
    }
  }

  private void decode(int n) {
    for (int i = 0; i < n; i++) {
      model.forward(new int[] {tokens[session.position()]}, session, 1);
    }
  }

  @Override
  public void close() {
    session.close();
  }
}
