package io.hunyuan4j.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Sixty-four sessions at once, for a JVM whose heap is bounded: all begin with the same long text,
 * read it at the same time, and go on in turns.
 */
final class ManySessions {
  private static final int SESSIONS = 64;
  private static final int ROUNDS = 2;
  private static final String BEGINNING =
      "Once upon a time, when wishing still helped, there lived a king who had three sons. "
          .repeat(7);

  private ManySessions() {}

  public static void main(String[] args) throws IOException {
    EngineOptions options = EngineOptions.defaults();
    List<String> texts;
    try (Engine engine = Engine.open(Models.tinyTales(), options)) {
      // One by itself until the vector loops are compiled, or sixty-four would run on plain ones.
      engine.generate("Long ago", engine.defaults().greedy().withMaxTokens(400));
      texts = inTurns(engine);
    }
    try (Engine plain = Engine.open(Models.tinyTales(), options.withPrefixCacheBytes(0))) {
      for (int i = 0; i < SESSIONS; i += 21) {
        require(texts.get(i).equals(alone(plain, i)), "session " + i + " says: " + texts.get(i));
      }
      require(plain.keyValueBytes() == 0, plain.keyValueBytes() + " bytes are left");
    }
  }

  private static List<String> inTurns(Engine engine) {
    List<TextSession> sessions = new ArrayList<>();
    List<StringBuilder> texts = new ArrayList<>();
    for (int i = 0; i < SESSIONS; i++) {
      sessions.add(engine.newSession());
      texts.add(new StringBuilder());
    }
    for (int round = 0; round < ROUNDS; round++) {
      List<Generation> running = new ArrayList<>();
      for (int i = 0; i < SESSIONS; i++) {
        running.add(
            sessions.get(i).generate(prompt(round, i), options(engine, i), texts.get(i)::append));
      }
      running.forEach(Generation::result);
    }
    long bytes = engine.keyValueBytes();
    long apart = sessions.stream().mapToLong(session -> session.tokens().length).sum();
    long perToken = engine.model().shape().kvBytesPerToken(EngineOptions.defaults().kvFormat());
    require(bytes < apart * perToken / 2, bytes + " bytes: the beginning is not shared");
    sessions.forEach(TextSession::close);
    require(
        engine.keyValueBytes() <= EngineOptions.DEFAULT_PREFIX_CACHE_BYTES,
        engine.keyValueBytes() + " bytes are left");
    return texts.stream().map(StringBuilder::toString).toList();
  }

  private static String alone(Engine engine, int i) {
    StringBuilder text = new StringBuilder();
    try (TextSession session = engine.newSession()) {
      for (int round = 0; round < ROUNDS; round++) {
        text.append(session.generate(prompt(round, i), options(engine, i)).text());
      }
    }
    return text.toString();
  }

  private static String prompt(int round, int i) {
    return round == 0 ? BEGINNING + "There were " + i + " of them." : " And then";
  }

  private static TextOptions options(Engine engine, int i) {
    return engine.defaults().withMaxTokens(4).withSeed(i);
  }

  static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new AssertionError(otherwise);
    }
  }
}
