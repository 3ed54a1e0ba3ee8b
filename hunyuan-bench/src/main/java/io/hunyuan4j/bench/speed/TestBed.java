package io.hunyuan4j.bench.speed;

import io.hunyuan4j.core.Batch;
import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.SessionOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The sessions in which tests run one after the other. Tokens are random, so that they spread over
 * the experts, and always the same.
 */
final class TestBed implements AutoCloseable {
  private static final long SEED = 20_261_125;
  private static final int WARMUP_STEPS = 16;

  private final LanguageModel model;
  private final SessionOptions options;
  private final List<Session> sessions = new ArrayList<>(); // as many as a test needed so far
  private final Batch batch = new Batch();
  private final int[] tokens;
  private final RepeatingText repeating;

  TestBed(LanguageModel model, SessionOptions options) {
    this.model = model;
    this.options = options;
    this.tokens =
        new SplittableRandom(SEED).ints(options.capacity(), 0, model.shape().vocabSize()).toArray();
    this.repeating = new RepeatingText(model, SEED);
  }

  /**
   * Fills the sessions up to the test's depth, and runs pieces of the test until compilers are done
   * with it: until none was faster than those before for {@code warmup}, but not forever.
   */
  void prepare(SpeedTest test, Duration warmup) {
    while (sessions.size() < test.sequences()) {
      sessions.add(model.newSession(options));
    }
    for (int i = 0; i < test.sequences(); i++) {
      Session session = sessions.get(i);
      session.truncate(Math.min(test.depth(), session.position()));
      prefill(i, test.depth() - session.position(), 0);
    }
    if (warmup.isZero()) {
      return;
    }
    SpeedTest piece =
        switch (test) {
          case SpeedTest.Prefill(int n, int depth) ->
              new SpeedTest.Prefill(Math.min(n, Work.CHUNK), depth);
          case SpeedTest.Decode(int n, int depth) ->
              new SpeedTest.Decode(Math.min(n, WARMUP_STEPS), depth);
          case SpeedTest.Together(int sequences, int n, int depth) ->
              new SpeedTest.Together(sequences, Math.min(n, WARMUP_STEPS), depth);
          case SpeedTest.Repeating _ -> test; // guesses take time to become many
        };
    AllocationMeter ignored = new AllocationMeter();
    Settling speeds = new Settling(warmup);
    while (speeds.goesOn(1 / time(piece, ignored))) {}
  }

  /** Seconds of one repetition, at the sessions' position, where they are again afterwards. */
  double time(SpeedTest test, AllocationMeter allocation) {
    if (test instanceof SpeedTest.Repeating) {
      model.forward(repeating.passage(), sessions.getFirst(), 0);
    }
    allocation.start();
    long start = System.nanoTime();
    switch (test) {
      case SpeedTest.Prefill(int n, int _) -> prefill(0, n, 1);
      case SpeedTest.Decode(int n, int _) -> decode(1, n);
      case SpeedTest.Together(int sequences, int n, int _) -> decode(sequences, n);
      case SpeedTest.Repeating(int n, int guesses, int _) ->
          repeating.generate(sessions.getFirst(), n, guesses);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    allocation.stop();
    sessions.subList(0, test.sequences()).forEach(session -> session.truncate(test.depth()));
    return seconds;
  }

  private void prefill(int sequence, int n, int logitRows) {
    Session session = sessions.get(sequence);
    int end = session.position() + n;
    while (session.position() < end) {
      int next = Math.min(end, session.position() + Work.CHUNK);
      model.forward(
          tokens(sequence, session.position(), next), session, next == end ? logitRows : 0);
    }
  }

  private void decode(int sequences, int n) {
    for (int i = 0; i < n; i++) {
      batch.clear();
      for (int sequence = 0; sequence < sequences; sequence++) {
        Session session = sessions.get(sequence);
        int position = session.position();
        batch.add(session, tokens(sequence, position, position + 1), 1);
      }
      model.forward(batch);
    }
  }

  /** Those of a sequence at positions {@code from … to}: no two sequences have the same. */
  private int[] tokens(int sequence, int from, int to) {
    int[] some = new int[to - from];
    for (int i = 0; i < some.length; i++) {
      some[i] = tokens[(from + i + sequence) % tokens.length];
    }
    return some;
  }

  @Override
  public void close() {
    sessions.forEach(Session::close);
  }
}
