package io.hunyuan4j.core;

import static io.hunyuan4j.core.TestModels.exact;
import static io.hunyuan4j.core.TestModels.tokens;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.hunyuan4j.kernels.KvFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Sessions that share their past, and give back what nobody needs. */
class SessionTest {
  private static final int VOCAB = 50;
  private static final int[] TOKENS = tokens(200, VOCAB);

  private final LanguageModel model = TestModels.build(MapConfig.tinyLarge(), new RandomWeights());
  private final long blockBytes = 64 * model.shape().kvBytesPerToken(KvFormat.F32);

  /** The logits after all of the tokens, in a session that shares nothing. */
  private float[] alone(int... tokens) {
    try (Session session = model.newSession(exact(tokens.length))) {
      return model.forward(tokens, session);
    }
  }

  private static int[] concat(int[] a, int... b) {
    int[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  @Test
  void fork_goesOnLikeASessionThatReadTheSame() {
    int[] past = Arrays.copyOf(TOKENS, 100);
    try (Session session = model.newSession(exact(200))) {
      model.forward(past, session);
      try (Session fork = session.fork()) {
        assertArrayEquals(past, fork.tokens());
        assertArrayEquals(alone(concat(past, 1)), model.forward(new int[] {1}, fork));
        assertArrayEquals(alone(concat(past, 2)), model.forward(new int[] {2}, session));
        assertArrayEquals(alone(concat(past, 1, 3)), model.forward(new int[] {3}, fork));
        assertArrayEquals(alone(concat(past, 2, 4)), model.forward(new int[] {4}, session));
      }
    }
    assertEquals(0, model.keyValueMemory().liveBytes());
  }

  @Test
  void fork_copiesOnlyTheLastBlock_whenItIsWrittenTo() {
    try (Session session = model.newSession(exact(200))) {
      model.forward(Arrays.copyOf(TOKENS, 100), session);
      assertEquals(2 * blockBytes, model.keyValueMemory().liveBytes());
      Session first = session.fork();
      Session second = session.fork();
      assertEquals(2 * blockBytes, model.keyValueMemory().liveBytes(), "nothing copied");
      model.forward(new int[] {1}, first);
      assertEquals(3 * blockBytes, model.keyValueMemory().liveBytes(), "the half full one");
      model.forward(new int[] {2}, second);
      assertEquals(4 * blockBytes, model.keyValueMemory().liveBytes());
      model.forward(new int[] {3}, session);
      assertEquals(4 * blockBytes, model.keyValueMemory().liveBytes(), "the last one needs none");
      first.close();
      assertEquals(3 * blockBytes, model.keyValueMemory().liveBytes());
      second.close();
      assertEquals(2 * blockBytes, model.keyValueMemory().liveBytes());
    }
    assertEquals(0, model.keyValueMemory().liveBytes());
  }

  @Test
  void fork_outlivesWhatItCameFrom() {
    int[] past = Arrays.copyOf(TOKENS, 70);
    Session session = model.newSession(exact(200));
    model.forward(past, session);
    Session child = session.fork();
    session.close();
    Session grandchild = child.fork();
    model.forward(new int[] {7}, child);
    child.close();
    assertArrayEquals(alone(concat(past, 8)), model.forward(new int[] {8}, grandchild));
    grandchild.close();
    grandchild.close(); // twice is fine
    assertEquals(0, model.keyValueMemory().liveBytes());
  }

  @Test
  void fork_tree_everyLeafHasItsOwnPast() {
    List<Session> level = List.of(model.newSession(exact(200)));
    model.forward(Arrays.copyOf(TOKENS, 60), level.getFirst());
    for (int depth = 0; depth < 4; depth++) {
      List<Session> next = new ArrayList<>();
      for (Session parent : level) {
        for (int token = 1; token <= 2; token++) {
          Session child = parent.fork();
          model.forward(new int[] {token, depth, token}, child);
          next.add(child);
        }
        parent.close();
      }
      level = next;
    }
    for (Session leaf : level) {
      assertEquals(60 + 4 * 3, leaf.position(), "all of them crossed the end of a block");
      assertArrayEquals(alone(concat(leaf.tokens(), 9)), model.forward(new int[] {9}, leaf));
      leaf.close();
    }
    assertEquals(16, level.size());
    assertEquals(0, model.keyValueMemory().liveBytes());
  }

  @Test
  void forks_inOneBatch_areIndependent() {
    int[] past = Arrays.copyOf(TOKENS, 100);
    try (Session session = model.newSession(exact(200))) {
      model.forward(past, session);
      try (Session fork = session.fork()) {
        Batch batch = new Batch();
        batch.add(session, new int[] {1}, 1);
        batch.add(fork, new int[] {2}, 1);
        model.forward(batch);
        assertArrayEquals(alone(concat(past, 1)), batch.logits(0).row(0));
        assertArrayEquals(alone(concat(past, 2)), batch.logits(1).row(0));
      }
    }
  }

  @Test
  void truncate_givesBlocksBack_andLeavesSharedOnesAlone() {
    int[] past = Arrays.copyOf(TOKENS, 150);
    try (Session session = model.newSession(exact(200))) {
      model.forward(past, session);
      try (Session fork = session.fork()) {
        session.truncate(64);
        assertEquals(blockBytes, session.keyValues().bytes());
        assertEquals(3 * blockBytes, model.keyValueMemory().liveBytes(), "the fork has them");
        session.truncate(30);
        int[] other = {11, 12, 13};
        int[] changed = concat(Arrays.copyOf(past, 30), other);
        assertArrayEquals(alone(changed), model.forward(other, session));
        assertArrayEquals(changed, session.tokens());
        assertArrayEquals(alone(concat(past, 5)), model.forward(new int[] {5}, fork));
      }
      session.truncate(0);
      assertEquals(0, model.keyValueMemory().liveBytes());
    }
  }

  @Test
  void fill_withTheBlocksOfAnother_goesOnLikeIt() {
    for (KvFormat format : KvFormat.values()) {
      SessionOptions options = exact(200).withKvFormat(format).withFirstPosition(7);
      try (Session session = model.newSession(options);
          Session filled = model.newSession(options)) {
        model.forward(Arrays.copyOf(TOKENS, 100), session);
        int[] block = {0};
        filled.<RuntimeException>fill(
            session.tokens(),
            target -> target.copyFrom(session.keyValues().block(block[0]++).data()));
        assertEquals(2, block[0]);
        int[] next = {1, 2, 3};
        assertArrayEquals(model.forward(next, session), model.forward(next, filled), format.name());
      }
    }
  }

  @Test
  void fill_thatFails_leavesTheSessionEmpty() {
    try (Session session = model.newSession(exact(200))) {
      int[] left = {2};
      Session.BlockSource<InterruptedException> broken =
          _ -> {
            if (left[0]-- == 0) {
              throw new InterruptedException("no more");
            }
          };
      assertThrows(InterruptedException.class, () -> session.fill(TOKENS, broken));
      assertEquals(0, session.position());
      assertEquals(0, model.keyValueMemory().liveBytes());
      assertArrayEquals(alone(TOKENS), model.forward(TOKENS, session), "and it can be used");
      assertEquals(
          "cannot fill a session that holds 200 tokens",
          assertThrows(IllegalArgumentException.class, () -> session.fill(new int[0], broken))
              .getMessage());
    }
  }

  @Test
  void closed_everyUse_isRefused() {
    Session session = model.newSession(exact(200));
    model.forward(new int[] {1, 2}, session);
    session.close();
    session.close();
    List<Executable> uses =
        List.of(
            session::fork,
            () -> session.truncate(0),
            () -> session.reuse(TOKENS),
            () -> session.fill(TOKENS, _ -> {}),
            () -> model.forward(new int[] {3}, session));
    for (Executable use : uses) {
      assertEquals(
          "the session is closed", assertThrows(IllegalStateException.class, use).getMessage());
    }
    assertEquals(0, model.keyValueMemory().liveBytes());
  }
}
