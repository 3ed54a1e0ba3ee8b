/**
 * A checkpoint folder as Hugging Face lays it out: {@code config.json} and safetensors files. Knows
 * no architecture.
 */
@NullMarked
package io.hunyuan4j.loader;

import org.jspecify.annotations.NullMarked;
