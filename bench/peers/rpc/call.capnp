# SPDX-License-Identifier: MIT
# The call of rtt.process.*, as Cap'n Proto has it.
@0xd3a1f0e25b7c9468;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("bench_capnp");

interface Bench {
	call @0 (number :UInt32) -> (ret :Int32);
}
