package io.hunyuan4j.engine;

import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.SessionOptions;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;

/**
 * A decode of 512 tokens in which nothing is collected, for a JVM whose heap is bounded. Until
 * loops are compiled they allocate, so that the first rounds may collect.
 */
final class LongDecode {
  private static final int TOKENS = 512;
  private static final int MOST_ROUNDS = 30;

  private LongDecode() {}

  public static void main(String[] args) throws IOException {
    try (Engine engine = Engine.open(Models.tinyTales(), EngineOptions.defaults())) {
      long during = 1;
      for (int round = 0; round < MOST_ROUNDS && during > 0; round++) {
        System.gc();
        long before = collections();
        decode(engine.model());
        during = collections() - before;
      }
      ManySessions.require(during == 0, during + " collections in " + TOKENS + " tokens");
    }
  }

  private static void decode(LanguageModel model) {
    try (Session session = model.newSession(SessionOptions.ofCapacity(TOKENS))) {
      int[] token = {7};
      for (int i = 0; i < TOKENS; i++) {
        model.forward(token, session, 1);
      }
    }
  }

  private static long collections() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .mapToLong(GarbageCollectorMXBean::getCollectionCount)
        .sum();
  }
}
