package io.hunyuan4j.loader;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Writes one safetensors file in two phases: first all tensors are declared, then each one's bytes
 * are appended, in any order and in pieces of any size, so that tensors need not fit into memory.
 *
 * <pre>{@code
 * try (SafetensorsWriter writer = SafetensorsWriter.create(file, List.of(TensorSpec.of("logits", Dtype.F32, 12, 384)), Map.of())) {
 *   writer.append("logits", logits);
 *   writer.finish();
 * }
 * }</pre>
 *
 * <p>The same tensors and metadata give the same bytes, however they were ordered: as Hugging
 * Face's writer does, tensors are sorted by the size of their elements, largest first, then by
 * name, and the header is padded with spaces to a multiple of 8 bytes, so that every tensor is
 * aligned. Bytes go to a hidden file beside the target, which {@link #finish} moves into place;
 * without it, {@link #close} deletes that file and the target is untouched.
 */
public final class SafetensorsWriter implements AutoCloseable {
  private static final int ALIGNMENT = 8;
  private static final int LINE = 64;

  /** How names of files that are not finished begin. */
  static final String TEMPORARY_PREFIX = ".safetensors-";

  private static final int BUFFER_BYTES = 1 << 18;
  private static final JsonFactory JSON = new JsonFactory();

  private final Path file;
  private final Path temporary;
  private final FileChannel channel;
  private final Map<String, Region> regions;
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);

  /** Where a declared tensor goes, and how far it has come. */
  private static final class Region {
    final TensorSpec spec;
    final long end;
    long position;

    Region(TensorSpec spec, long start) {
      this.spec = spec;
      this.position = start;
      this.end = start + spec.byteSize();
    }
  }

  private SafetensorsWriter(
      Path file, Path temporary, FileChannel channel, Map<String, Region> regions) {
    this.file = file;
    this.temporary = temporary;
    this.channel = channel;
    this.regions = regions;
  }

  /**
   * Starts a file.
   *
   * @param file where it will be; replaced if it is there
   * @param tensors all tensors, in any order
   * @param metadata what the header's {@code __metadata__} will say; left out if empty
   * @throws IllegalArgumentException if two tensors have one name, or the header passes 100 MB
   */
  public static SafetensorsWriter create(
      Path file, Collection<TensorSpec> tensors, Map<String, String> metadata) throws IOException {
    return create(file, tensors, metadata, ALIGNMENT);
  }

  /**
   * Starts a file in which every tensor whose size is a multiple of {@value #LINE} bytes begins at
   * such a multiple too, as a vector register and a line of a cache like it. Such tensors come
   * first.
   *
   * @see #create(Path, Collection, Map)
   */
  public static SafetensorsWriter createInLines(
      Path file, Collection<TensorSpec> tensors, Map<String, String> metadata) throws IOException {
    return create(file, tensors, metadata, LINE);
  }

  private static SafetensorsWriter create(
      Path file, Collection<TensorSpec> tensors, Map<String, String> metadata, int alignment)
      throws IOException {
    List<TensorSpec> sorted =
        tensors.stream()
            .sorted(
                Comparator.comparing(
                        (TensorSpec spec) -> alignment == LINE && spec.byteSize() % LINE != 0)
                    .thenComparingInt(spec -> -spec.dtype().bits())
                    .thenComparing(TensorSpec::name))
            .toList();
    byte[] header = header(sorted, new TreeMap<>(metadata), alignment);
    Map<String, Region> regions = LinkedHashMap.newLinkedHashMap(sorted.size());
    long position = SafetensorsHeader.LENGTH_BYTES + (long) header.length;
    for (TensorSpec spec : sorted) {
      Region region = new Region(spec, position);
      if (regions.put(spec.name(), region) != null) {
        throw new IllegalArgumentException(
            "expected each tensor once, found %s twice"
                .formatted(CheckpointFormatException.quote(spec.name())));
      }
      position = region.end;
    }
    Path absolute = file.toAbsolutePath();
    Path temporary = absolute.resolveSibling(TEMPORARY_PREFIX + UUID.randomUUID() + ".tmp");
    FileChannel channel =
        FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    SafetensorsWriter writer = new SafetensorsWriter(file, temporary, channel, regions);
    boolean started = false;
    try {
      ByteBuffer start =
          ByteBuffer.allocate(SafetensorsHeader.LENGTH_BYTES + header.length)
              .order(ByteOrder.LITTLE_ENDIAN);
      writer.writeFully(start.putLong(header.length).put(header).flip(), 0);
      started = true;
      return writer;
    } finally {
      if (!started) {
        writer.close();
      }
    }
  }

  /**
   * Appends bytes to a tensor, as the file will hold them: little-endian.
   *
   * @throws IllegalArgumentException if no such tensor was declared, or it has no room for so many
   */
  public void append(String tensor, MemorySegment bytes) throws IOException {
    Region region = reserve(tensor, bytes.byteSize());
    for (long from = 0; from < bytes.byteSize(); from += BUFFER_BYTES) {
      int length = (int) Math.min(BUFFER_BYTES, bytes.byteSize() - from);
      MemorySegment.copy(bytes, from, MemorySegment.ofBuffer(buffer.clear()), 0, length);
      flush(region, length);
    }
  }

  /**
   * Appends numbers to an F32 tensor.
   *
   * @throws IllegalArgumentException if no such tensor was declared, it has another type, or no
   *     room for so many
   */
  public void append(String tensor, float[] values) throws IOException {
    Region region = reserve(tensor, Dtype.F32, (long) Float.BYTES * values.length);
    for (int from = 0; from < values.length; from += BUFFER_BYTES / Float.BYTES) {
      int length = Math.min(BUFFER_BYTES / Float.BYTES, values.length - from);
      buffer.clear().asFloatBuffer().put(values, from, length);
      flush(region, length * Float.BYTES);
    }
  }

  /**
   * Appends numbers to an I64 tensor.
   *
   * @throws IllegalArgumentException if no such tensor was declared, it has another type, or no
   *     room for so many
   */
  public void append(String tensor, long[] values) throws IOException {
    Region region = reserve(tensor, Dtype.I64, (long) Long.BYTES * values.length);
    for (int from = 0; from < values.length; from += BUFFER_BYTES / Long.BYTES) {
      int length = Math.min(BUFFER_BYTES / Long.BYTES, values.length - from);
      buffer.clear().asLongBuffer().put(values, from, length);
      flush(region, length * Long.BYTES);
    }
  }

  /**
   * Moves the file into place.
   *
   * @throws IllegalStateException if a tensor is not complete
   */
  public void finish() throws IOException {
    for (Region region : regions.values()) {
      if (region.position != region.end) {
        throw new IllegalStateException(
            "tensor %s: expected %d bytes, %d are missing"
                .formatted(
                    CheckpointFormatException.quote(region.spec.name()),
                    region.spec.byteSize(),
                    region.end - region.position));
      }
    }
    channel.force(true);
    channel.close();
    try {
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** Gives up what is not finished. */
  @Override
  public void close() throws IOException {
    channel.close();
    Files.deleteIfExists(temporary);
  }

  private Region reserve(String tensor, Dtype dtype, long bytes) {
    Region region = regions.get(tensor);
    if (region != null && region.spec.dtype() != dtype) {
      throw new IllegalArgumentException(
          "tensor %s: expected %s as declared, found %s numbers"
              .formatted(CheckpointFormatException.quote(tensor), region.spec.dtype(), dtype));
    }
    return reserve(tensor, bytes);
  }

  private Region reserve(String tensor, long bytes) {
    Region region = regions.get(tensor);
    if (region == null) {
      throw new IllegalArgumentException(
          "expected one of the %d declared tensors, found %s"
              .formatted(regions.size(), CheckpointFormatException.quote(tensor)));
    }
    if (bytes > region.end - region.position) {
      throw new IllegalArgumentException(
          "tensor %s: expected at most %d more bytes, found %d"
              .formatted(
                  CheckpointFormatException.quote(tensor), region.end - region.position, bytes));
    }
    return region;
  }

  private void flush(Region region, int bytes) throws IOException {
    writeFully(buffer.limit(bytes).position(0), region.position);
    region.position += bytes;
  }

  private void writeFully(ByteBuffer bytes, long position) throws IOException {
    long next = position;
    while (bytes.hasRemaining()) {
      next += channel.write(bytes, next);
    }
  }

  private static byte[] header(
      List<TensorSpec> tensors, Map<String, String> metadata, int alignment) throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      if (!metadata.isEmpty()) {
        json.writeObjectFieldStart(SafetensorsHeader.METADATA);
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
          json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
      }
      long begin = 0;
      for (TensorSpec tensor : tensors) {
        long end = Math.addExact(begin, tensor.byteSize());
        json.writeObjectFieldStart(tensor.name());
        json.writeStringField("dtype", tensor.dtype().name());
        writeNumbers(json, "shape", tensor.shape());
        writeNumbers(json, "data_offsets", List.of(begin, end));
        json.writeEndObject();
        begin = end;
      }
      json.writeEndObject();
    }
    int padding = Math.floorMod(-SafetensorsHeader.LENGTH_BYTES - text.size(), alignment);
    byte[] header = Arrays.copyOf(text.toByteArray(), text.size() + padding);
    Arrays.fill(header, text.size(), header.length, (byte) ' ');
    if (header.length > SafetensorsHeader.MAX_HEADER_BYTES) {
      throw new IllegalArgumentException(
          "expected a header of at most %d bytes, found %d for %d tensors"
              .formatted(SafetensorsHeader.MAX_HEADER_BYTES, header.length, tensors.size()));
    }
    return header;
  }

  private static void writeNumbers(JsonGenerator json, String key, List<Long> numbers)
      throws IOException {
    json.writeArrayFieldStart(key);
    for (long number : numbers) {
      json.writeNumber(number);
    }
    json.writeEndArray();
  }
}
