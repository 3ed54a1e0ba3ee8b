package io.hunyuan4j.engine;

import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.RoutingPolicy;
import io.hunyuan4j.core.RoutingPolicy.Drop;
import io.hunyuan4j.core.RoutingPolicy.Dropless;
import io.hunyuan4j.core.RoutingPolicy.Recycle;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.SessionOptions;
import io.hunyuan4j.core.block.KvBlock;
import io.hunyuan4j.kernels.KvFormat;
import io.hunyuan4j.kernels.KvView;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * A saved session. Little-endian:
 *
 * <pre>
 *  0   8  magic "h4j-sess"
 *  8   4  version
 * 12   4  format of keys and values: 0 F32, 1 BF16, 2 F16, 3 Q8
 * 16  32  fingerprint of the model
 * 48   4  capacity
 * 52   4  first position
 * 56   4  routing policy: 0 dropless, 1 drop, 2 recycle
 * 60   4  tokens, n
 * 64   8  capacity factor of the routing policy, or 0
 * 72   8  seed of the routing policy, or 0
 * 80   8  bytes of a block of keys and values
 * 88   8  bytes of the file
 * 96   8  bytes of the attachment, a
 * 104 4n  tokens
 *         blocks, ⌈n / 64⌉ of them, as they lie in memory; positions that hold no token are 0
 *      a  attachment: what belongs to the session but means nothing here, such as a conversation
 *     32  SHA-256 of everything before
 * </pre>
 *
 * <p>A SHA-256 and not a CRC, since who alters a file must not get a session that answers wrongly
 * without a word, and it costs less than writing to a disk does. It is no signature: who can write
 * the file can write its sum too.
 *
 * <p>The version changes with this layout, with the layout of blocks ({@link KvView}) and with
 * every change of numerics.
 */
final class SessionFile {
  static final int VERSION = 2;
  static final int FORMAT_AT = 12;
  static final int CAPACITY_AT = 48;

  private static final long MAGIC =
      ByteBuffer.wrap("h4j-sess".getBytes(StandardCharsets.US_ASCII))
          .order(ByteOrder.LITTLE_ENDIAN)
          .getLong();
  private static final int VERSION_AT = 8;
  private static final int FINGERPRINT_AT = 16;
  private static final int ROUTING_AT = 56;
  private static final int TOKENS_AT = 60;
  private static final int BLOCK_BYTES_AT = 80;
  private static final int FILE_BYTES_AT = 88;
  static final int ATTACHMENT_BYTES_AT = 96;
  private static final int HEADER_BYTES = 104;
  private static final int MOST_ATTACHMENT_BYTES = 1 << 26;
  private static final int SUM_BYTES = 32;
  private static final int PIECE_BYTES = 1 << 20;
  private static final int PIECE_TOKENS = PIECE_BYTES / Integer.BYTES;

  /** The formats by their codes. */
  private static final List<KvFormat> FORMATS =
      List.of(KvFormat.F32, KvFormat.BF16, KvFormat.F16, KvFormat.Q8);

  private final Path file;
  private final FileChannel channel;
  private final MessageDigest sum = Fingerprint.sha256();

  /**
   * What a file has.
   *
   * @param session for the caller to close
   * @param attachment empty if it has none
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Contents(Session session, byte[] attachment) {}

  private SessionFile(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Writes a session: there is the old file or the new one, whole, whatever happens.
   *
   * @throws IllegalArgumentException if the attachment is larger than anybody would read back
   */
  static void write(Path file, byte[] fingerprint, Session session, byte[] attachment)
      throws IOException {
    if (attachment.length > MOST_ATTACHMENT_BYTES) {
      throw new IllegalArgumentException(
          "what is saved with a session has at most %d bytes, not %d"
              .formatted(MOST_ATTACHMENT_BYTES, attachment.length));
    }
    WholeFile.write(
        file, channel -> new SessionFile(file, channel).write(fingerprint, session, attachment));
  }

  private void write(byte[] fingerprint, Session session, byte[] attachment) throws IOException {
    SessionOptions options = session.options();
    int[] tokens = session.tokens();
    long blockBytes = session.keyValues().blockBytes();
    ByteBuffer header = buffer(HEADER_BYTES);
    header
        .putLong(MAGIC)
        .putInt(VERSION)
        .putInt(FORMATS.indexOf(options.kvFormat()))
        .put(fingerprint);
    header.putInt(options.capacity()).putInt(options.firstPosition());
    header.putInt(code(options.routing())).putInt(tokens.length);
    switch (options.routing()) {
      case Dropless() -> header.putDouble(0).putLong(0);
      case Drop(double factor) -> header.putDouble(factor).putLong(0);
      case Recycle(double factor, long seed) -> header.putDouble(factor).putLong(seed);
    }
    header
        .putLong(blockBytes)
        .putLong(fileBytes(tokens.length, blockBytes, attachment.length))
        .putLong(attachment.length);
    write(header.flip());
    for (int from = 0; from < tokens.length; from += PIECE_TOKENS) {
      int count = Math.min(PIECE_TOKENS, tokens.length - from);
      ByteBuffer ids = buffer(Integer.BYTES * count);
      ids.asIntBuffer().put(tokens, from, count);
      write(ids);
    }
    for (KvBlock block : session.keyValues().blocks()) {
      for (long from = 0; from < blockBytes; from += PIECE_BYTES) {
        write(piece(block.data(), from));
      }
    }
    write(ByteBuffer.wrap(attachment));
    writeAll(ByteBuffer.wrap(sum.digest()));
  }

  private void write(ByteBuffer bytes) throws IOException {
    sum.update(bytes.duplicate());
    writeAll(bytes);
  }

  private void writeAll(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Whether a file begins as one of these, of any version. */
  static boolean isOne(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer magic = buffer(Long.BYTES);
      while (magic.hasRemaining() && channel.read(magic) >= 0) {}
      return !magic.hasRemaining() && magic.getLong(0) == MAGIC;
    }
  }

  /**
   * A session of {@code model} with what the file has. Nothing is allocated before the file's size
   * is known to be right.
   *
   * @throws SessionFormatException if the file is damaged, or another model's or version's
   */
  static Contents read(Path file, byte[] fingerprint, LanguageModel model) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new SessionFormatException(
          file, 0, "expected a regular file, found a folder or device of that name");
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return new SessionFile(file, channel).read(fingerprint, model);
    }
  }

  private Contents read(byte[] fingerprint, LanguageModel model) throws IOException {
    long size = channel.size();
    if (size < HEADER_BYTES + SUM_BYTES) {
      throw refusal(size, "expected at least %d bytes, found %d", HEADER_BYTES + SUM_BYTES, size);
    }
    ByteBuffer header = buffer(HEADER_BYTES);
    read(header);
    checkHeader(header, size, fingerprint, model);
    SessionOptions options = options(header);
    int[] tokens = tokens(header.getInt(TOKENS_AT), model.shape().vocabSize());
    Session session = model.newSession(options);
    boolean restored = false;
    try {
      session.fill(
          tokens,
          block -> {
            for (long from = 0; from < block.byteSize(); from += PIECE_BYTES) {
              read(piece(block, from));
            }
          });
      ByteBuffer attachment = buffer((int) header.getLong(ATTACHMENT_BYTES_AT));
      read(attachment);
      checkSum();
      restored = true;
      return new Contents(session, attachment.array());
    } finally {
      if (!restored) {
        session.close();
      }
    }
  }

  private void checkHeader(ByteBuffer header, long size, byte[] fingerprint, LanguageModel model) {
    if (header.getLong(0) != MAGIC) {
      throw refusal(
          0, "expected a session, found a file that begins with %016x", header.getLong(0));
    }
    if (header.getInt(VERSION_AT) != VERSION) {
      throw refusal(
          VERSION_AT, "expected version %d, found %d", VERSION, header.getInt(VERSION_AT));
    }
    if (header.getLong(FILE_BYTES_AT) != size) {
      throw refusal(
          FILE_BYTES_AT, "expected %d bytes, found %d", header.getLong(FILE_BYTES_AT), size);
    }
    byte[] found = new byte[Fingerprint.BYTES];
    header.get(FINGERPRINT_AT, found);
    if (!Arrays.equals(fingerprint, found)) {
      throw refusal(
          FINGERPRINT_AT,
          "expected a session of the model with fingerprint %s, found one of %s",
          shown(fingerprint),
          shown(found));
    }
    int format = header.getInt(FORMAT_AT);
    if (format < 0 || format >= FORMATS.size()) {
      throw refusal(
          FORMAT_AT, "expected a format from 0 to %d, found %d", FORMATS.size() - 1, format);
    }
    int tokens = header.getInt(TOKENS_AT);
    int capacity = header.getInt(CAPACITY_AT);
    if (tokens < 0 || tokens > capacity) {
      throw refusal(TOKENS_AT, "expected 0 to %d tokens, found %d", capacity, tokens);
    }
    long blockBytes = KvView.BLOCK_TOKENS * model.shape().kvBytesPerToken(FORMATS.get(format));
    if (header.getLong(BLOCK_BYTES_AT) != blockBytes) {
      throw refusal(
          BLOCK_BYTES_AT,
          "expected blocks of %d bytes, found %d",
          blockBytes,
          header.getLong(BLOCK_BYTES_AT));
    }
    long attachment = header.getLong(ATTACHMENT_BYTES_AT);
    if (attachment < 0 || attachment > MOST_ATTACHMENT_BYTES) {
      throw refusal(
          ATTACHMENT_BYTES_AT,
          "expected an attachment of at most %d bytes, found %d",
          MOST_ATTACHMENT_BYTES,
          attachment);
    }
    if (fileBytes(tokens, blockBytes, attachment) != size) {
      throw refusal(
          TOKENS_AT,
          "expected %d bytes for %d tokens, found %d",
          fileBytes(tokens, blockBytes, attachment),
          tokens,
          size);
    }
  }

  private SessionOptions options(ByteBuffer header) {
    KvFormat format = FORMATS.get(header.getInt(FORMAT_AT));
    header.position(CAPACITY_AT);
    int capacity = header.getInt();
    int firstPosition = header.getInt();
    header.position(TOKENS_AT + Integer.BYTES);
    double factor = header.getDouble();
    long seed = header.getLong();
    int code = header.getInt(ROUTING_AT);
    try {
      RoutingPolicy routing =
          switch (code) {
            case 0 -> new Dropless();
            case 1 -> new Drop(factor);
            case 2 -> new Recycle(factor, seed);
            default ->
                throw refusal(ROUTING_AT, "expected a routing policy from 0 to 2, found %d", code);
          };
      return new SessionOptions(capacity, firstPosition, format, routing);
    } catch (IllegalArgumentException e) {
      throw refusal(
          CAPACITY_AT,
          "expected options of a session, found that %s",
          String.valueOf(e.getMessage()));
    }
  }

  private int[] tokens(int count, int vocabSize) throws IOException {
    int[] tokens = new int[count];
    for (int from = 0; from < count; from += PIECE_TOKENS) {
      ByteBuffer ids = buffer(Integer.BYTES * Math.min(PIECE_TOKENS, count - from));
      read(ids);
      ids.asIntBuffer().get(tokens, from, ids.limit() / Integer.BYTES);
    }
    for (int i = 0; i < count; i++) {
      if (tokens[i] < 0 || tokens[i] >= vocabSize) {
        throw refusal(
            HEADER_BYTES + (long) Integer.BYTES * i,
            "expected a token of a vocabulary of %d, found %d",
            vocabSize,
            tokens[i]);
      }
    }
    return tokens;
  }

  private void checkSum() throws IOException {
    long at = channel.position();
    byte[] expected = sum.digest();
    ByteBuffer found = buffer(SUM_BYTES);
    read(found);
    if (!Arrays.equals(expected, found.array())) {
      throw refusal(
          at,
          "expected the sum %s of its contents, found %s",
          shown(expected),
          shown(found.array()));
    }
  }

  /** Fills the buffer, and turns it round. */
  private void read(ByteBuffer bytes) throws IOException {
    int start = bytes.position();
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        throw refusal(
            channel.position(), "expected %d bytes more, found the end", bytes.remaining());
      }
    }
    bytes.position(start);
    sum.update(bytes.duplicate());
  }

  private SessionFormatException refusal(long byteOffset, String reason, Object... values) {
    return new SessionFormatException(file, byteOffset, reason.formatted(values));
  }

  private static String shown(byte[] hash) {
    return HexFormat.of().formatHex(hash, 0, Long.BYTES) + "…";
  }

  /** A piece of a block; the buffer is the block's memory. */
  private static ByteBuffer piece(MemorySegment block, long from) {
    return block.asSlice(from, Math.min(PIECE_BYTES, block.byteSize() - from)).asByteBuffer();
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static long fileBytes(long tokens, long blockBytes, long attachmentBytes) {
    long blocks = (tokens + KvView.BLOCK_TOKENS - 1) / KvView.BLOCK_TOKENS;
    return HEADER_BYTES
        + Integer.BYTES * tokens
        + blocks * blockBytes
        + attachmentBytes
        + SUM_BYTES;
  }

  private static int code(RoutingPolicy routing) {
    return switch (routing) {
      case Dropless _ -> 0;
      case Drop _ -> 1;
      case Recycle _ -> 2;
    };
  }
}
