package io.hunyuan4j.loader;

import com.fasterxml.jackson.core.JsonToken;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The header of a safetensors file: which tensors it holds, and where.
 *
 * <p>A file is the header's length (8 bytes, little-endian), the header (a JSON object of that
 * length, padded with spaces) and the tensors' bytes. The object maps each name to {@code {"dtype",
 * "shape", "data_offsets": [begin, end]}}, the offsets counted from the first byte after the
 * header; {@code __metadata__} maps strings to strings. The tensors must cover those bytes without
 * a gap or an overlap, as huggingface/safetensors demands of a file it reads. Stricter than it, a
 * surplus key of an entry and a rank past {@value #MAX_RANK} are errors too.
 *
 * @param tensors by name, in the order of their bytes
 * @param metadata what {@code __metadata__} says
 */
record SafetensorsHeader(Map<String, TensorEntry> tensors, Map<String, String> metadata) {
  /** The specification's limit. */
  static final long MAX_HEADER_BYTES = 100_000_000;

  static final int LENGTH_BYTES = Long.BYTES;
  static final String METADATA = "__metadata__";

  /** NumPy's limit and past PyTorch's; keeps a shape of a million ones out of memory. */
  static final int MAX_RANK = 64;

  private static final String COUNT = "an integer from 0 to " + Long.MAX_VALUE;

  SafetensorsHeader {
    tensors = Collections.unmodifiableMap(tensors);
    metadata = Collections.unmodifiableMap(metadata);
  }

  /** Reads the header of the file open in {@code channel}, which messages call {@code file}. */
  static SafetensorsHeader read(Path file, FileChannel channel) throws IOException {
    long fileBytes = channel.size();
    if (fileBytes < LENGTH_BYTES) {
      throw CheckpointFormatException.at(
          file,
          0,
          "expected the 8 bytes of the header's length, found a file of %d bytes"
              .formatted(fileBytes));
    }
    long headerBytes = readFully(channel, 0, LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN).getLong();
    long limit = Math.min(MAX_HEADER_BYTES, fileBytes - LENGTH_BYTES);
    if (Long.compareUnsigned(headerBytes, limit) > 0) {
      throw CheckpointFormatException.at(
          file,
          0,
          "expected a header of at most %d bytes in a file of %d, found length %s"
              .formatted(limit, fileBytes, Long.toUnsignedString(headerBytes)));
    }
    byte[] text = readFully(channel, LENGTH_BYTES, (int) headerBytes).array();
    if (text.length == 0 || text[0] != '{') {
      throw CheckpointFormatException.at(
          file,
          LENGTH_BYTES,
          "expected the header to start with '{', found "
              + (text.length == 0 ? "no header" : "byte 0x%02x".formatted(text[0] & 0xff)));
    }
    return new Parser(file, text, fileBytes).parse();
  }

  private static ByteBuffer readFully(FileChannel channel, long position, int bytes)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new EOFException(
            "the file was cut to less than %d bytes while it was read".formatted(position + bytes));
      }
    }
    return buffer.flip();
  }

  /** One pass over a header's text. */
  private static final class Parser {
    private final Path file;
    private final JsonReader json;
    private final long dataStart;
    private final long dataBytes;
    private final Map<String, TensorEntry> tensors = new HashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    Parser(Path file, byte[] text, long fileBytes) {
      this.file = file;
      this.json = new JsonReader(file, text, LENGTH_BYTES);
      this.dataStart = LENGTH_BYTES + (long) text.length;
      this.dataBytes = fileBytes - dataStart;
    }

    SafetensorsHeader parse() {
      boolean metadataSeen = false;
      json.next(JsonToken.START_OBJECT, "a JSON object");
      while (json.next() == JsonToken.FIELD_NAME) {
        String name = json.text();
        if (!name.equals(METADATA)) {
          parseTensor(name);
        } else if (metadataSeen) {
          throw json.error("expected one " + METADATA + ", found a second");
        } else {
          metadataSeen = true;
          parseMetadata();
        }
      }
      json.end();
      return new SafetensorsHeader(inOrderOfBytes(), metadata);
    }

    private void parseMetadata() {
      json.next(JsonToken.START_OBJECT, METADATA + " to be an object");
      while (json.next() == JsonToken.FIELD_NAME) {
        String key = json.text();
        if (metadata.containsKey(key)) {
          throw json.error(
              "expected one %s of %s, found a second"
                  .formatted(CheckpointFormatException.quote(key), METADATA));
        }
        metadata.put(key, json.nextString("a string in " + METADATA));
      }
    }

    private void parseTensor(String name) {
      json.setTensor(name);
      long headerOffset = json.byteOffset();
      TensorEntry before = tensors.get(name);
      if (before != null) {
        throw json.error(
            "expected each name once, found it again after byte " + before.headerOffset());
      }
      json.next(JsonToken.START_OBJECT, "an object of dtype, shape and data_offsets");
      Map<String, Object> values = HashMap.newHashMap(3);
      while (json.next() == JsonToken.FIELD_NAME) {
        String key = json.text();
        if (values.containsKey(key)) {
          throw json.error(
              "expected each key once, found " + CheckpointFormatException.quote(key) + " again");
        }
        values.put(
            key,
            switch (key) {
              case "dtype" -> parseDtype();
              case "shape" -> parseCounts("shape", MAX_RANK);
              case "data_offsets" -> parseCounts("data_offsets", 2);
              default -> throw json.unexpected("dtype, shape or data_offsets");
            });
      }
      tensors.put(name, entry(name, headerOffset, values));
      json.setTensor(null);
    }

    private Dtype parseDtype() {
      String name = json.nextString("dtype to be a string");
      return Dtype.named(name).orElseThrow(() -> json.unexpected("a known dtype"));
    }

    private List<Long> parseCounts(String key, int most) {
      json.next(JsonToken.START_ARRAY, key + " to be an array");
      List<Long> counts = new ArrayList<>();
      while (json.next() != JsonToken.END_ARRAY) {
        if (counts.size() == most) {
          throw json.error("expected at most %d numbers in %s, found more".formatted(most, key));
        }
        counts.add(json.count(COUNT + " in " + key));
      }
      return counts;
    }

    /**
     * The entry that {@code values} describes: a dtype, and shape and data_offsets as lists, where
     * they were there.
     */
    @SuppressWarnings("unchecked")
    private TensorEntry entry(String name, long headerOffset, Map<String, Object> values) {
      Object dtypeOrNull = values.get("dtype");
      Object shapeOrNull = values.get("shape");
      Object offsetsOrNull = values.get("data_offsets");
      if (!(dtypeOrNull instanceof Dtype dtype) || shapeOrNull == null || offsetsOrNull == null) {
        throw faulty(
            name,
            headerOffset,
            "expected dtype, shape and data_offsets, found only "
                + values.keySet().stream().sorted().toList());
      }
      List<Long> shape = (List<Long>) shapeOrNull;
      List<Long> offsets = (List<Long>) offsetsOrNull;
      if (offsets.size() != 2 || offsets.get(0) > offsets.get(1) || offsets.get(1) > dataBytes) {
        throw faulty(
            name,
            headerOffset,
            "expected data_offsets [begin, end] with begin ≤ end ≤ %d, found %s"
                .formatted(dataBytes, offsets));
      }
      long byteSize = offsets.get(1) - offsets.get(0);
      OptionalLong shapeBytes = dtype.byteSize(shape);
      if (shapeBytes.isEmpty() || shapeBytes.getAsLong() != byteSize) {
        throw faulty(
            name,
            headerOffset,
            "expected %s bytes for %s %s, found %d between data_offsets %s"
                .formatted(
                    shapeBytes.isEmpty() ? "a countable, whole number of" : shapeBytes.getAsLong(),
                    dtype,
                    shape,
                    byteSize,
                    offsets));
      }
      return new TensorEntry(
          name, dtype, shape, file, dataStart + offsets.get(0), byteSize, headerOffset);
    }

    private CheckpointFormatException faulty(String name, long headerOffset, String reason) {
      return CheckpointFormatException.ofTensorAt(file, name, headerOffset, reason);
    }

    private Map<String, TensorEntry> inOrderOfBytes() {
      List<TensorEntry> sorted = new ArrayList<>(tensors.values());
      sorted.sort(
          Comparator.comparingLong(TensorEntry::byteOffset)
              .thenComparingLong(TensorEntry::byteSize)
              .thenComparingLong(TensorEntry::headerOffset));
      Map<String, TensorEntry> ordered = LinkedHashMap.newLinkedHashMap(sorted.size());
      long end = dataStart;
      String before = "the header";
      for (TensorEntry entry : sorted) {
        if (entry.byteOffset() != end) {
          throw faulty(
              entry.name(),
              entry.headerOffset(),
              "expected its bytes to start at %d where %s ends, found %s of %d bytes"
                  .formatted(
                      end,
                      before,
                      entry.byteOffset() < end ? "an overlap" : "a gap",
                      Math.abs(entry.byteOffset() - end)));
        }
        end += entry.byteSize();
        before = CheckpointFormatException.quote(entry.name());
        ordered.put(entry.name(), entry);
      }
      if (end != dataStart + dataBytes) {
        throw CheckpointFormatException.at(
            file,
            end,
            "expected the file to end where %s ends, found %d more bytes"
                .formatted(before, dataStart + dataBytes - end));
      }
      return ordered;
    }
  }
}
