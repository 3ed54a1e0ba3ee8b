package io.hunyuan4j.kernels.scalar;

import static io.hunyuan4j.kernels.BlockMatrix.BLOCK_COLS;
import static io.hunyuan4j.kernels.BlockMatrix.SCALES_BYTES;
import static io.hunyuan4j.kernels.BlockMatrix.TILE_ROWS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.hunyuan4j.kernels.BlockMatrix;
import io.hunyuan4j.kernels.Matrix;
import io.hunyuan4j.kernels.Q4Matrix;
import io.hunyuan4j.kernels.Q8Matrix;
import io.hunyuan4j.kernels.RangeKernels;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Writes the tiles of a {@link BlockMatrix}. Belongs to one thread. */
public final class BlockEncoder {
  private static final ValueLayout.OfShort SHORT = JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final int LINE_BYTES = Short.BYTES * TILE_ROWS;

  /** Magnitude from which on no scale is large enough. */
  private static final float TOO_LARGE = 2048f;

  private final Matrix source;
  private final BlockMatrix target;
  private final TileBlock block;
  private final float[] rows; // [32, cols]

  /**
   * Encodes {@code source} into the memory of {@code target}, which has its shape.
   *
   * @param loops for the search for scales
   */
  public BlockEncoder(Matrix source, BlockMatrix target, RangeKernels loops) {
    this.source = source;
    this.target = target;
    this.block = new TileBlock(loops);
    this.rows = new float[Math.multiplyExact(TILE_ROWS, source.cols())];
  }

  /**
   * Encodes a tile; rows and columns that fill it up become zeros.
   *
   * @throws IllegalArgumentException if a weight is not finite or 2048 and more in magnitude
   */
  public void tile(int tile) {
    int first = tile * TILE_ROWS;
    int present = Math.min(TILE_ROWS, source.rows() - first);
    for (int r = 0; r < present; r++) {
      Decode.row(source, first + r, rows, r * source.cols());
      check(first + r, r * source.cols());
    }
    for (int b = 0; b < target.blocks(); b++) {
      gather(b, present);
      long at = tile * target.tileBytes() + (long) b * target.blockBytes();
      switch (target) {
        case Q8Matrix m -> {
          block.encodeQ8();
          writeQ8(m.data(), at);
        }
        case Q4Matrix m -> {
          block.encodeQ4();
          writeQ4(m.data(), at);
        }
      }
    }
  }

  private void check(int row, int at) {
    for (int k = 0; k < source.cols(); k++) {
      if (!(Math.abs(rows[at + k]) < TOO_LARGE)) {
        throw new IllegalArgumentException(
            "weight [%d, %d] is %s: %s holds magnitudes below %s"
                .formatted(row, k, rows[at + k], target.format(), TOO_LARGE));
      }
    }
  }

  private void gather(int b, int present) {
    int cols = source.cols();
    for (int i = 0; i < BLOCK_COLS; i++) {
      int k = b * BLOCK_COLS + i;
      for (int r = 0; r < TILE_ROWS; r++) {
        block.weights[i * TILE_ROWS + r] = r < present && k < cols ? rows[r * cols + k] : 0f;
      }
    }
  }

  private void writeQ8(MemorySegment data, long at) {
    for (int k = 0; k < BLOCK_COLS; k++) {
      for (int r = 0; r < TILE_ROWS; r++) {
        long to = at + (long) k / 2 * LINE_BYTES + 2L * r + k % 2;
        data.set(JAVA_BYTE, to, (byte) block.numbers[k * TILE_ROWS + r]);
      }
    }
    for (int r = 0; r < TILE_ROWS; r++) {
      writeScales(data, at, r, block.scaleCodes[r] << 7);
    }
  }

  private void writeQ4(MemorySegment data, long at) {
    for (int k = 0; k < BLOCK_COLS; k += 4) {
      for (int r = 0; r < TILE_ROWS; r++) {
        int four = 0;
        for (int i = 0; i < 4; i++) {
          four |= block.numbers[(k + i) * TILE_ROWS + r] << 4 * i;
        }
        data.set(SHORT, at + (long) k / 4 * LINE_BYTES + 2L * r, (short) four);
      }
    }
    for (int r = 0; r < TILE_ROWS; r++) {
      writeScales(data, at, r, block.scaleCodes[r] << 7 | block.zeros[r]);
    }
  }

  private void writeScales(MemorySegment data, long at, int row, int scales) {
    long end = at + target.blockBytes();
    data.set(SHORT, end - SCALES_BYTES + 2L * row, (short) scales);
  }
}
