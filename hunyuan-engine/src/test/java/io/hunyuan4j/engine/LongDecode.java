package io.hunyuan4j.engine;

import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.SessionOptions;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;

/** A decode of 512 tokens in which nothing is collected, for a JVM whose heap is bounded. */
final class LongDecode {
  private static final int WARMUP = 1024;
  private static final int TOKENS = 512;

  private LongDecode() {}

  public static void main(String[] args) throws IOException {
    try (Engine engine = Engine.open(Models.tinyTales(), EngineOptions.defaults())) {
      LanguageModel model = engine.model();
      try (Session session = model.newSession(SessionOptions.ofCapacity(WARMUP + TOKENS))) {
        decode(model, session, WARMUP);
        System.gc();
        long before = collections();
        decode(model, session, TOKENS);
        long during = collections() - before;
        ManySessions.require(during == 0, during + " collections in " + TOKENS + " tokens");
      }
    }
  }

  private static void decode(LanguageModel model, Session session, int tokens) {
    int[] token = {7};
    for (int i = 0; i < tokens; i++) {
      model.forward(token, session, 1);
    }
  }

  private static long collections() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .mapToLong(GarbageCollectorMXBean::getCollectionCount)
        .sum();
  }
}
