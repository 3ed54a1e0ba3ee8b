package io.hunyuan4j.kernels;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Weights of few bits in blocks: {@value #BLOCK_COLS} columns of a row share a scale, and the
 * blocks of {@value #TILE_ROWS} rows lie interleaved, so that a vector register holds the same
 * columns of many rows.
 *
 * <p>The memory is {@code [tile][block][bytes of the block]}: tiles of {@value #TILE_ROWS} rows
 * from top to bottom, in a tile the blocks from left to right, both filled up at the end of the
 * matrix. A weight is a whole number times a unit of five significant bits. A product rounds x to
 * eight bits for each block of columns ({@link QuantizedRows}); the sum of a block is then exact,
 * in any order: {@code p[b mod 16] ← fma(unit · Σ number · x, scale of x, p[b mod 16])} for
 * ascending blocks b, and the sixteen sums are added by the tree. {@code docs/weight-formats.md}
 * has every bit.
 */
public sealed interface BlockMatrix extends Matrix permits Q8Matrix, Q4Matrix {
  /** Rows whose blocks lie interleaved. */
  int TILE_ROWS = 32;

  /** Columns that share a scale. */
  int BLOCK_COLS = 32;

  /** Bytes of the scales behind a block's numbers. */
  int SCALES_BYTES = Short.BYTES * TILE_ROWS;

  /** Where row 0 lies in the first tile: 0 except in views of rows further down. */
  int firstRow();

  /** Bytes of a block of a tile: numbers, then scales. */
  int blockBytes();

  @Override
  BlockMatrix rows(int from, int to);

  /** Blocks side by side. */
  default int blocks() {
    return blocks(cols());
  }

  /** Bytes from one tile to the next. */
  default long tileBytes() {
    return (long) blocks() * blockBytes();
  }

  /** Byte offset of the tile that row {@code row} lies in. */
  default long tileOffset(int row) {
    return (firstRow() + row) / TILE_ROWS * tileBytes();
  }

  /** Blocks that {@code cols} columns fill. */
  static int blocks(int cols) {
    return (int) ((cols + (long) BLOCK_COLS - 1) / BLOCK_COLS);
  }

  /** Tiles that {@code rows} rows fill. */
  static int tiles(int rows) {
    return (int) ((rows + (long) TILE_ROWS - 1) / TILE_ROWS);
  }

  /** Bytes of a matrix of that shape. */
  static long bytes(int rows, int cols, int blockBytes) {
    return (long) tiles(rows) * blocks(cols) * blockBytes;
  }

  /** What every record checks of itself. */
  static void check(MemorySegment data, int firstRow, int rows, int cols, int blockBytes) {
    if (rows < 0 || cols < 0 || firstRow < 0 || firstRow >= TILE_ROWS) {
      throw new IllegalArgumentException(
          "bad matrix shape [%d, %d] from row %d of a tile".formatted(rows, cols, firstRow));
    }
    long bytes = bytes(Math.addExact(firstRow, rows), cols, blockBytes);
    if (data.byteSize() != bytes) {
      throw new IllegalArgumentException(
          "matrix [%d, %d] of %d bytes a block needs %d bytes, its memory has %d"
              .formatted(rows, cols, blockBytes, bytes, data.byteSize()));
    }
  }

  /** The memory of the tiles that rows {@code from} to {@code to} of {@code matrix} lie in. */
  static MemorySegment slice(BlockMatrix matrix, int from, int to) {
    Objects.checkFromToIndex(from, to, matrix.rows());
    long start = matrix.tileOffset(from);
    int rows = (matrix.firstRow() + from) % TILE_ROWS + to - from;
    return matrix.data().asSlice(start, bytes(rows, matrix.cols(), matrix.blockBytes()));
  }
}
