package io.hunyuan4j.loader;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One safetensors file, mapped into memory read-only for as long as the arena it was opened with
 * lives.
 *
 * <p>Opening reads the header only; the tensors are read from disk as they are touched. The file
 * must not be cut or overwritten while it is mapped: touching a page that is gone is an {@link
 * InternalError} of the virtual machine.
 *
 * <p>Format: <a
 * href="https://github.com/huggingface/safetensors#format">huggingface/safetensors</a>. Every fault
 * is a {@link CheckpointFormatException}.
 */
public final class SafetensorsFile {
  private static final ValueLayout.OfFloat F32 =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort U16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt I32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong I64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Path path;
  private final SafetensorsHeader header;
  private final MemorySegment mapping;

  private SafetensorsFile(Path path, SafetensorsHeader header, MemorySegment mapping) {
    this.path = path;
    this.header = header;
    this.mapping = mapping;
  }

  /**
   * Opens a file, following links. The mapping belongs to {@code arena}.
   *
   * @throws CheckpointFormatException if it is not a sound safetensors file
   * @throws IOException if it cannot be read
   */
  public static SafetensorsFile open(Path file, Arena arena) throws IOException {
    return open(file, file, arena);
  }

  /**
   * Opens {@code target}, which messages and entries call {@code file}: a name in a folder that may
   * link elsewhere.
   */
  static SafetensorsFile open(Path file, Path target, Arena arena) throws IOException {
    SmallFile.requireRegular(file, target);
    try (FileChannel channel = FileChannel.open(target, StandardOpenOption.READ)) {
      SafetensorsHeader header = SafetensorsHeader.read(file, channel);
      return new SafetensorsFile(
          file, header, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
    }
  }

  /** The file, as it was named when it was opened. */
  public Path path() {
    return path;
  }

  /** What the file says of itself under {@code __metadata__}. */
  public Map<String, String> metadata() {
    return header.metadata();
  }

  /** The tensors in the order of their bytes. */
  public Collection<TensorEntry> tensors() {
    return header.tensors().values();
  }

  /** The tensor of that name, if there is one. */
  public Optional<TensorEntry> tensor(String name) {
    return Optional.ofNullable(header.tensors().get(name));
  }

  /**
   * A tensor's bytes, not copied, at any alignment.
   *
   * @throws CheckpointFormatException if there is no such tensor
   */
  public MemorySegment data(String name) {
    return data(required(name));
  }

  /**
   * A copy of an I64 or I32 tensor, row after row.
   *
   * @throws CheckpointFormatException if there is no such tensor, or it has another type
   * @throws IllegalArgumentException if it has more elements than an array
   */
  public long[] longs(String name) {
    TensorEntry entry = required(name, "I64 or I32", Dtype.I64, Dtype.I32);
    long[] values = new long[arrayLength(entry)];
    MemorySegment data = data(entry);
    if (entry.dtype() == Dtype.I64) {
      MemorySegment.copy(data, I64, 0, values, 0, values.length);
    } else {
      for (int i = 0; i < values.length; i++) {
        values[i] = data.getAtIndex(I32, i);
      }
    }
    return values;
  }

  /**
   * A copy of an F32, BF16 or F16 tensor as floats, row after row. Exact: every number of these
   * types is a float.
   *
   * @throws CheckpointFormatException if there is no such tensor, or it has another type
   * @throws IllegalArgumentException if it has more elements than an array
   */
  public float[] floats(String name) {
    TensorEntry entry = required(name, "F32, BF16 or F16", Dtype.F32, Dtype.BF16, Dtype.F16);
    float[] values = new float[arrayLength(entry)];
    MemorySegment data = data(entry);
    if (entry.dtype() == Dtype.F32) {
      MemorySegment.copy(data, F32, 0, values, 0, values.length);
    } else if (entry.dtype() == Dtype.BF16) {
      for (int i = 0; i < values.length; i++) {
        values[i] = Float.intBitsToFloat(data.getAtIndex(U16, i) << 16);
      }
    } else {
      for (int i = 0; i < values.length; i++) {
        values[i] = Float.float16ToFloat(data.getAtIndex(U16, i));
      }
    }
    return values;
  }

  private MemorySegment data(TensorEntry entry) {
    return mapping.asSlice(entry.byteOffset(), entry.byteSize());
  }

  private TensorEntry required(String name) {
    TensorEntry entry = header.tensors().get(name);
    if (entry == null) {
      throw CheckpointFormatException.ofTensor(
          path,
          name,
          "expected a tensor of that name, found none among " + header.tensors().size());
    }
    return entry;
  }

  private TensorEntry required(String name, String expected, Dtype... allowed) {
    TensorEntry entry = required(name);
    if (!List.of(allowed).contains(entry.dtype())) {
      throw CheckpointFormatException.ofTensorAt(
          path,
          name,
          entry.headerOffset(),
          "expected %s, found %s".formatted(expected, entry.typeAndShape()));
    }
    return entry;
  }

  private static int arrayLength(TensorEntry entry) {
    long length = entry.elementCount();
    if (length > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "tensor %s has %d elements, an array at most %d"
              .formatted(
                  CheckpointFormatException.quote(entry.name()), length, Integer.MAX_VALUE - 8));
    }
    return (int) length;
  }
}
