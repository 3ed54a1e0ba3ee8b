package io.hunyuan4j.engine;

import io.hunyuan4j.kernels.WeightFormat;
import io.hunyuan4j.loader.Checkpoint;
import io.hunyuan4j.loader.WeightEntry;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * What tells one model from another: the SHA-256 of
 *
 * <ul>
 *   <li>{@code config.json}, byte for byte;
 *   <li>of every weight, by name: its name, format, shape and bytes. Where all weights together
 *       have more than {@value #MOST_BYTES} bytes, only the first, the middle and the last {@value
 *       #PIECE_BYTES} bytes of each larger one, so that it takes seconds for a checkpoint of
 *       hundreds of gigabytes;
 *   <li>the weights that were converted when the model was opened, and their formats.
 * </ul>
 *
 * <p>Models that differ in training differ in every weight; one that somebody edited in single
 * places of a large checkpoint may go unnoticed.
 */
final class Fingerprint {
  static final int BYTES = 32;
  private static final long MOST_BYTES = 256 << 20;
  private static final int PIECE_BYTES = 4096;
  private static final long BUFFER_BYTES = 1 << 20;

  private final MessageDigest digest = sha256();

  private Fingerprint() {}

  /** Of a checkpoint as it is opened. */
  static byte[] of(
      byte[] config, Checkpoint checkpoint, Map<String, WeightFormat> conversionsByName) {
    return of(config, checkpoint, conversionsByName, MOST_BYTES);
  }

  /** The same with another limit, above which weights are sampled. */
  static byte[] of(
      byte[] config,
      Checkpoint checkpoint,
      Map<String, WeightFormat> conversionsByName,
      long mostBytes) {
    Fingerprint fingerprint = new Fingerprint();
    fingerprint.add(config);
    List<WeightEntry> weights =
        checkpoint.weightEntries().stream()
            .sorted(Comparator.comparing(WeightEntry::name))
            .toList();
    long bytes = weights.stream().mapToLong(weight -> weight.stored().byteSize()).sum();
    for (WeightEntry weight : weights) {
      fingerprint.add(weight.name());
      fingerprint.add(weight.formatAndShape());
      MemorySegment data = checkpoint.data(weight);
      if (bytes <= mostBytes || data.byteSize() <= 3L * PIECE_BYTES) {
        fingerprint.add(data);
      } else {
        fingerprint.add(data.asSlice(0, PIECE_BYTES));
        fingerprint.add(data.asSlice(data.byteSize() / 2, PIECE_BYTES));
        fingerprint.add(data.asSlice(data.byteSize() - PIECE_BYTES, PIECE_BYTES));
      }
    }
    conversionsByName.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            conversion -> {
              fingerprint.add(conversion.getKey());
              fingerprint.add(conversion.getValue().name());
            });
    return fingerprint.digest.digest();
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private void add(String text) {
    add(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Length and bytes, so that no two sequences of pieces look alike. */
  private void add(byte[] bytes) {
    digest.update(ByteBuffer.allocate(Long.BYTES).putLong(bytes.length).flip());
    digest.update(bytes);
  }

  private void add(MemorySegment data) {
    digest.update(ByteBuffer.allocate(Long.BYTES).putLong(data.byteSize()).flip());
    for (long done = 0; done < data.byteSize(); done += BUFFER_BYTES) {
      long size = Math.min(BUFFER_BYTES, data.byteSize() - done);
      digest.update(data.asSlice(done, size).asByteBuffer());
    }
  }
}
