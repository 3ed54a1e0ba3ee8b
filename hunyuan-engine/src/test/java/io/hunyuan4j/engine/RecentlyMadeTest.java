package io.hunyuan4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RecentlyMadeTest {
  private final List<String> made = new CopyOnWriteArrayList<>();

  private String upper(String key) {
    made.add(key);
    if (key.isEmpty()) {
      throw new IllegalArgumentException("nothing");
    }
    return key.toUpperCase(Locale.ROOT);
  }

  @Test
  void those_thatWereUsedLast_areKept() {
    RecentlyMade<String, String> values = new RecentlyMade<>(2, this::upper);
    for (String key : List.of("a", "b", "a", "c", "a", "b")) {
      values.get(key);
    }
    assertEquals(List.of("a", "b", "c", "b"), made);
  }

  @Test
  void failures_areThrown_andNotKept() {
    RecentlyMade<String, String> values = new RecentlyMade<>(2, this::upper);
    for (int i = 0; i < 2; i++) {
      assertEquals(
          "nothing",
          assertThrows(IllegalArgumentException.class, () -> values.get("")).getMessage());
    }
    assertEquals(List.of("", ""), made);
  }

  @Test
  void one_thatTakesLong_letsOthersPass_andIsMadeOnce() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    RecentlyMade<String, String> values =
        new RecentlyMade<>(
            2,
            key -> {
              if (key.equals("long")) {
                begun.countDown();
                await(mayEnd);
              }
              return upper(key);
            });
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<String> first = threads.submit(() -> values.get("long"));
      await(begun);
      Future<String> second = threads.submit(() -> values.get("long"));
      Future<String> other = threads.submit(() -> values.get("short"));
      try {
        assertEquals("SHORT", other.get(60, TimeUnit.SECONDS));
      } finally {
        mayEnd.countDown();
      }
      assertEquals("LONG", first.get());
      assertEquals("LONG", second.get());
    }
    assertEquals(List.of("short", "long"), made);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
