/** Numbers, shapes, byte layouts, SIMD and threads: the engine's whole arithmetic. */
module io.hunyuan4j.kernels {
  requires jdk.incubator.vector;
  requires org.slf4j;
  requires static transitive org.jspecify;

  exports io.hunyuan4j.kernels;
}
