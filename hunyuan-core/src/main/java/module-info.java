/** The transformer: attention, experts, routing, the key-value cache and the sampling loop. */
module io.hunyuan4j.core {
  requires transitive io.hunyuan4j.kernels;
  requires org.slf4j;
  requires static transitive org.jspecify;

  exports io.hunyuan4j.core;
  exports io.hunyuan4j.core.block;
  exports io.hunyuan4j.core.generate;
}
