package io.hunyuan4j.loader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.hunyuan4j.core.ConfigSource;
import io.hunyuan4j.core.UnsupportedModelException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A checkpoint damaged anywhere loads and stays within its bounds, or fails with one of the two
 * exceptions made for that. {@code -Dfuzz.seed=…} damages other places, {@code -Dfuzz.cases=…}
 * makes it longer.
 */
final class CorruptionFuzzTest {
  private static final int CASES = Integer.getInteger("fuzz.cases", 600);

  /** The header's length, in front of it. */
  private static final ValueLayout.OfLong LENGTH =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** What a JSON parser or a size check might trip over, to be put anywhere. */
  private static final List<String> TOKENS =
      List.of(
          "0",
          "-1",
          "-0",
          "1e3",
          "1e400",
          "1e99999999999",
          "0.5",
          "NaN",
          "-Infinity",
          "9223372036854775807",
          "9223372036854775808",
          "18446744073709551616",
          "4294967296",
          "null",
          "true",
          "\"",
          "\\",
          "\\ud800",
          "\\u0000",
          "[",
          "]",
          "{",
          "}",
          ",",
          ":",
          "[[[[[[[[",
          "\u0000",
          "é",
          "../",
          "F4",
          "F16",
          "I64",
          "\"dtype\":\"F32\",",
          "__metadata__",
          "data_offsets",
          " ");

  /** The parts of a safetensors file; in a JSON file the header is all that follows 8 bytes. */
  private enum Region {
    LENGTH_FIELD,
    HEADER,
    START_OF_DATA,
    TAIL
  }

  private final long seed = Long.getLong("fuzz.seed", 1);
  private final Random random = new Random(seed);

  @TempDir Path temporary;

  @Test
  void survivesDamageToOneFile() throws IOException {
    TinyCheckpoint.single(temporary);
    damageEveryFile(CASES);
  }

  @Test
  void survivesDamageToShards() throws IOException {
    TinyCheckpoint.sharded(temporary);
    damageEveryFile(CASES);
  }

  @Test
  void survivesDamageToPublishedHeader() throws IOException {
    for (String name : List.of("config.json", "model.safetensors")) {
      Files.copy(Path.of("../models/golden/large-f16").resolve(name), temporary.resolve(name));
    }
    damageEveryFile(CASES / 5);
  }

  private void damageEveryFile(int cases) throws IOException {
    List<Path> files;
    try (var list = Files.list(temporary)) {
      files = list.sorted().toList();
    }
    int refused = 0;
    for (Path file : files) {
      byte[] sound = Files.readAllBytes(file);
      for (int i = 0; i < cases; i++) {
        byte[] damaged = damage(sound);
        Files.write(file, damaged);
        refused +=
            Assertions.assertTimeout(Duration.ofSeconds(30), () -> refuses(file, damaged)) ? 1 : 0;
      }
      Files.write(file, sound);
      assertEquals(false, refuses(file, sound));
    }
    assertTrue(refused > files.size() * cases / 10, "only " + refused + " were refused");
  }

  /** Opens the checkpoint and reads all of it. */
  private boolean refuses(Path file, byte[] damaged) {
    try (Checkpoint checkpoint = Checkpoint.open(temporary)) {
      touch(checkpoint.config());
      for (TensorEntry tensor : checkpoint.tensors()) {
        touch(checkpoint, tensor);
      }
      return false;
    } catch (CheckpointFormatException e) {
      assertTrue(Files.exists(e.path()), e.getMessage());
      return true;
    } catch (UnsupportedModelException e) {
      return true;
    } catch (Throwable e) {
      byte[] start = Arrays.copyOf(damaged, Math.min(damaged.length, 4096));
      return fail(
          "seed %d, %s: %s".formatted(seed, file.getFileName(), HexFormat.of().formatHex(start)),
          e);
    }
  }

  private static void touch(Checkpoint checkpoint, TensorEntry tensor) {
    List<Long> shape = tensor.shape();
    MemorySegment data;
    if (shape.size() == 2) {
      data =
          checkpoint
              .weights()
              .matrix(tensor.name(), Math.toIntExact(shape.get(0)), Math.toIntExact(shape.get(1)))
              .data();
    } else if (shape.size() == 1) {
      float[] values = checkpoint.weights().vector(tensor.name(), Math.toIntExact(shape.get(0)));
      data = MemorySegment.ofArray(values);
    } else {
      return;
    }
    // Reads every byte: memory outside the mapping would end the virtual machine.
    assertEquals(data.byteSize(), data.toArray(ValueLayout.JAVA_BYTE).length);
  }

  private static void touch(ConfigSource config) {
    for (String key : config.keys()) {
      config.describe(key);
      try {
        config.number(key, 0);
      } catch (CheckpointFormatException e) {
        assertTrue(e.reason().startsWith("/"), e.reason());
      }
      try {
        config.integers(key);
      } catch (CheckpointFormatException e) {
        assertTrue(e.reason().startsWith("/"), e.reason());
      }
    }
    config.unreadKeys();
  }

  private byte[] damage(byte[] sound) {
    byte[] damaged = sound.clone();
    for (int i = random.nextInt(3); i >= 0; i--) {
      damaged = damageOnce(damaged);
    }
    return damaged;
  }

  private byte[] damageOnce(byte[] bytes) {
    int at = place(bytes);
    return switch (random.nextInt(6)) {
      case 0 -> {
        byte[] flipped = bytes.clone();
        if (at < bytes.length) {
          flipped[at] ^= (byte) (1 << random.nextInt(8));
        }
        yield flipped;
      }
      case 1 -> splice(bytes, at, 0, new byte[] {(byte) random.nextInt(256)});
      case 2 -> splice(bytes, at, 1 + random.nextInt(20), new byte[0]);
      case 3 ->
          Arrays.copyOf(
              bytes, random.nextBoolean() ? at : Math.max(0, bytes.length - random.nextInt(40)));
      case 4 -> splice(bytes, at, random.nextInt(4), token());
      default -> renumber(bytes, at);
    };
  }

  /** Chooses a place: every region as often, however much of the file is data. */
  private int place(byte[] bytes) {
    int headerEnd = headerEnd(bytes);
    return switch (Region.values()[random.nextInt(Region.values().length)]) {
      case LENGTH_FIELD -> between(0, 8, bytes);
      case HEADER -> between(8, headerEnd, bytes);
      case START_OF_DATA -> between(headerEnd, headerEnd + 64, bytes);
      case TAIL -> between(bytes.length - 64, bytes.length, bytes);
    };
  }

  /** Where the header says that it ends; the file's end where that is no header. */
  private static int headerEnd(byte[] bytes) {
    if (bytes.length < Long.BYTES) {
      return bytes.length;
    }
    long length = MemorySegment.ofArray(bytes).get(LENGTH, 0);
    return length < 0 || length > bytes.length - Long.BYTES
        ? bytes.length
        : Math.toIntExact(Long.BYTES + length);
  }

  /** A place from {@code start} until before {@code end}, as far as the file reaches. */
  private int between(int start, int end, byte[] bytes) {
    int first = Math.clamp(start, 0, bytes.length);
    int last = Math.clamp(end, first, bytes.length);
    return first + random.nextInt(Math.max(1, last - first));
  }

  private byte[] token() {
    return TOKENS.get(random.nextInt(TOKENS.size())).getBytes(StandardCharsets.UTF_8);
  }

  /** Replaces the next number, so that the header stays JSON. */
  private byte[] renumber(byte[] bytes, int from) {
    int start = from;
    while (start < bytes.length && !Character.isDigit(bytes[start])) {
      start++;
    }
    int end = start;
    while (end < bytes.length && Character.isDigit(bytes[end])) {
      end++;
    }
    byte[] number =
        random.nextBoolean()
            ? token()
            : Integer.toString(random.nextInt(64)).getBytes(StandardCharsets.UTF_8);
    byte[] changed = splice(bytes, start, end - start, number);
    // Half of the time the length follows, so that the numbers themselves are what is wrong.
    if (changed.length > 8 && bytes.length > 8 && bytes[0] != '{' && random.nextBoolean()) {
      long length = MemorySegment.ofArray(bytes).get(LENGTH, 0);
      MemorySegment.ofArray(changed).set(LENGTH, 0, length + changed.length - bytes.length);
    }
    return changed;
  }

  private static byte[] splice(byte[] bytes, int at, int removed, byte[] inserted) {
    int start = Math.min(at, bytes.length);
    int rest = Math.min(bytes.length, start + removed);
    byte[] result = new byte[start + inserted.length + bytes.length - rest];
    System.arraycopy(bytes, 0, result, 0, start);
    System.arraycopy(inserted, 0, result, start, inserted.length);
    System.arraycopy(bytes, rest, result, start + inserted.length, bytes.length - rest);
    return result;
  }
}
