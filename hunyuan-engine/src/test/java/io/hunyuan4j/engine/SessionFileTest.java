package io.hunyuan4j.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.core.RoutingPolicy.Drop;
import io.hunyuan4j.core.RoutingPolicy.Recycle;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.SessionOptions;
import io.hunyuan4j.kernels.KvFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Sessions come out of a file as they went in, or not at all. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SessionFileTest {
  private static final EngineOptions ONE_THREAD =
      EngineOptions.defaults().withThreads(1).withVectorBits(0);
  private static final Path GOLDEN = Models.folder().resolve("golden");

  @TempDir Path folder;
  private OpenModel open;

  @BeforeAll
  void open() throws IOException {
    open = OpenModel.open(GOLDEN.resolve("large-cla2-top1-head80"), ONE_THREAD);
  }

  @AfterAll
  void close() {
    assertEquals(0, open.model().keyValueMemory().liveBytes());
    open.close();
  }

  private int[] tokens(int count) {
    return new Random(7).ints(count, 0, open.model().shape().vocabSize()).toArray();
  }

  private Session session(SessionOptions options, int tokens) {
    Session session = open.model().newSession(options);
    if (tokens > 0) {
      open.model().forward(tokens(tokens), session);
    }
    return session;
  }

  @Test
  void restore_everyFormatPolicyAndLength_goesOnWithTheSameBits() throws IOException {
    List<SessionOptions> options = new ArrayList<>();
    for (KvFormat format : KvFormat.values()) {
      options.add(SessionOptions.ofCapacity(200).withKvFormat(format));
    }
    options.add(options.getFirst().withRouting(new Drop(0.7)).withFirstPosition(1000));
    options.add(options.getFirst().withRouting(new Recycle(0.9, -5)));
    Path file = folder.resolve("any");
    for (SessionOptions each : options) {
      for (int length : List.of(0, 1, 63, 64, 65, 150)) {
        try (Session session = session(each, length)) {
          open.save(session, file);
          try (Session restored = open.restore(file)) {
            assertEquals(session.options(), restored.options());
            assertArrayEquals(session.tokens(), restored.tokens());
            int[] next = {3, 1, 4, 1, 5};
            assertArrayEquals(
                open.model().forward(next, session),
                open.model().forward(next, restored),
                each + " at " + length);
          }
        }
      }
    }
  }

  @Test
  void save_equalSessions_giveEqualFiles_whateverTheyHeldBefore() throws IOException {
    SessionOptions options = SessionOptions.ofCapacity(200).withKvFormat(KvFormat.Q8);
    Path straight = folder.resolve("straight");
    Path winding = folder.resolve("winding");
    try (Session session = session(options, 70)) {
      open.save(session, straight);
    }
    try (Session session = session(options, 150)) {
      session.truncate(70);
      open.save(session, winding);
      open.save(session, winding); // over the old one
    }
    assertArrayEquals(Files.readAllBytes(straight), Files.readAllBytes(winding));
    try (Session restored = open.restore(winding)) {
      Path again = folder.resolve("again");
      open.save(restored, again);
      assertArrayEquals(Files.readAllBytes(straight), Files.readAllBytes(again));
    }
  }

  @Test
  void restore_anyByteChanged_isRefused() throws IOException {
    Path file = savedSmall("changed");
    byte[] good = Files.readAllBytes(file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      for (int at = 0; at < good.length; at++) {
        byte flipped = (byte) (good[at] ^ 1 << at % 8);
        channel.write(ByteBuffer.wrap(new byte[] {flipped}), at);
        String refusal = refusal(open, file, "byte " + at);
        assertTrue(refusal.startsWith("changed: expected "), refusal);
        channel.write(ByteBuffer.wrap(good, at, 1), at);
      }
    }
    open.restore(file).close();
  }

  @Test
  void restore_cutAnywhereOrLonger_isRefused() throws IOException {
    Path file = savedSmall("cut");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      int size = (int) channel.size();
      channel.write(ByteBuffer.allocate(1), size);
      assertThrows(SessionFormatException.class, () -> open.restore(file));
      for (int length = size - 1; length >= 0; length--) {
        channel.truncate(length);
        String refusal = refusal(open, file, "length " + length);
        assertTrue(refusal.contains("found " + length), refusal);
      }
    }
  }

  private static String refusal(OpenModel model, Path file, String where) {
    var e = assertThrows(SessionFormatException.class, () -> model.restore(file), where);
    return String.valueOf(e.getMessage());
  }

  /** A session of one block in a file, as small as they get. */
  private Path savedSmall(String name) throws IOException {
    Path file = folder.resolve(name);
    SessionOptions options =
        SessionOptions.ofCapacity(9).withKvFormat(KvFormat.Q8).withRouting(new Recycle(1, 3));
    try (Session session = session(options, 2)) {
      open.save(session, file);
    }
    return file;
  }

  @Test
  void restore_headerThatLies_isRefusedBeforeAnythingIsAllocated() throws IOException {
    Path file = savedSmall("header");
    byte[] good = Files.readAllBytes(file);
    long blockBytes = good.length - 104 - 2 * 4 - 32;
    assertRefused(
        file, good, 0, 0, 4, "expected a session, found a file that begins with 7373657300000000");
    assertRefused(file, good, 8, 1, 4, "expected version 2, found 1 (byte 8)");
    assertRefused(file, good, 12, 4, 4, "expected a format from 0 to 3, found 4 (byte 12)");
    assertRefused(file, good, 12, -1, 4, "expected a format from 0 to 3, found -1 (byte 12)");
    assertRefused(file, good, 56, 3, 4, "expected a routing policy from 0 to 2, found 3 (byte 56)");
    assertRefused(file, good, 60, 10, 4, "expected 0 to 9 tokens, found 10 (byte 60)");
    assertRefused(file, good, 60, -1, 4, "expected 0 to 9 tokens, found -1 (byte 60)");
    assertRefused(
        file,
        good,
        60,
        9,
        4,
        "expected %d bytes for 9 tokens, found %d (byte 60)"
            .formatted(good.length + 7 * 4, good.length));
    assertRefused(file, good, 64, 0, 8, "capacity factor must be above 0, not 0.0 (byte 48)");
    assertRefused(file, good, 52, -1, 4, "first position -1 with capacity 9");
    assertRefused(
        file,
        good,
        80,
        1L << 60,
        8,
        "expected blocks of %d bytes, found %d (byte 80)".formatted(blockBytes, 1L << 60));
    assertRefused(
        file,
        good,
        88,
        1L << 60,
        8,
        "expected %d bytes, found %d (byte 88)".formatted(1L << 60, good.length));
    assertRefused(
        file, good, 108, 384, 4, "expected a token of a vocabulary of 384, found 384 (byte 108)");
    for (long attachment : List.of(-1L, (1L << 26) + 1, Long.MAX_VALUE)) {
      assertRefused(
          file,
          good,
          96,
          attachment,
          8,
          "expected an attachment of at most 67108864 bytes, found " + attachment + " (byte 96)");
    }
    assertRefused(
        file,
        good,
        96,
        1,
        8,
        "expected %d bytes for 2 tokens, found %d (byte 60)"
            .formatted(good.length + 1, good.length));
  }

  private void assertRefused(Path file, byte[] good, int at, long value, int bytes, String reason)
      throws IOException {
    byte[] bad = good.clone();
    ByteBuffer number = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, value);
    System.arraycopy(number.array(), 0, bad, at, bytes);
    Files.write(file, bad);
    String refusal = refusal(open, file, reason);
    assertTrue(refusal.contains(reason), refusal);
    assertEquals(0, open.model().keyValueMemory().liveBytes());
  }

  @Test
  void restore_anotherModels_isRefused() throws IOException {
    Path file = savedSmall("another");
    Set<String> fingerprints = new HashSet<>();
    for (Path other : Models.withExpectations()) {
      try (OpenModel model = OpenModel.open(other, ONE_THREAD)) {
        assertTrue(fingerprints.add(model.fingerprint()), other.toString());
        if (model.fingerprint().equals(open.fingerprint())) {
          model.restore(file).close();
        } else {
          String refusal = refusal(model, file, other.toString());
          assertTrue(refusal.startsWith("another: expected a session of the model with"), refusal);
          assertTrue(refusal.contains(model.fingerprint().substring(0, 16)), refusal);
          assertTrue(refusal.contains(open.fingerprint().substring(0, 16)), refusal);
          assertTrue(refusal.endsWith("(byte 16)"), refusal);
        }
        try (Session session = model.model().newSession(SessionOptions.ofCapacity(1))) {
          assertThrows(IllegalArgumentException.class, () -> open.save(session, file));
        }
      }
    }
    assertEquals(Models.withExpectations().size(), fingerprints.size());
  }

  @Test
  void restore_whatIsNoFile_saysSo() {
    assertThrows(NoSuchFileException.class, () -> open.restore(folder.resolve("nowhere")));
    assertThrows(SessionFormatException.class, () -> open.restore(folder));
  }

  @Test
  void save_thatFails_leavesNothingBehind() throws IOException {
    Path occupied = folder.resolve("place/occupied");
    Files.createDirectories(occupied.resolve("by"));
    try (Session session = session(SessionOptions.ofCapacity(9), 2)) {
      List<Executable> failing =
          List.of(
              () -> open.save(session, folder.resolve("no/such/folder")),
              () -> open.save(session, occupied));
      failing.forEach(save -> assertThrows(IOException.class, save));
      assertEquals(
          folder.resolve("no/such") + ": no such folder to write to",
          assertThrows(NoSuchFileException.class, failing.getFirst()).getMessage());
      assertEquals(
          occupied + ": a folder or device of that name is there",
          assertThrows(IOException.class, failing.getLast()).getMessage());
      session.close();
      assertThrows(
          IllegalStateException.class, () -> open.save(session, folder.resolve("place/file")));
    }
    try (Stream<Path> left = Files.walk(folder.resolve("place"))) {
      assertEquals(3, left.count());
    }
  }
}
