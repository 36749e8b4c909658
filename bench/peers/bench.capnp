# SPDX-License-Identifier: MIT
# The messages of the codec benchmarks, as Cap'n Proto has them.
@0xb6f0a5d1c94e2873;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("bench_capnp");

struct Size {
	width @0 :UInt32;
	height @1 :UInt32;
}

struct Rectangle {
	x @0 :Int32;
	y @1 :Int32;
	width @2 :UInt32;
	height @3 :UInt32;
}

struct SensorInfo {
	model @0 :Text;
	bitsPerPixel @1 :UInt32;
	cfaPattern @2 :UInt32;
	activeAreaSize @3 :Size;
	analogCrop @4 :Rectangle;
	outputSize @5 :Size;
	pixelRate @6 :UInt64;
	minLineLength @7 :UInt32;
	maxLineLength @8 :UInt32;
	minFrameLength @9 :UInt32;
	maxFrameLength @10 :UInt32;
}

struct ControlValue {
	union {
		none @0 :Void;
		boolean @1 :Bool;
		integer32 @2 :Int32;
		integer64 @3 :Int64;
		float32 @4 :Float32;
		string @5 :Text;
		rectangle @6 :Rectangle;
		integer32Array @7 :List(Int32);
		float32Array @8 :List(Float32);
	}
}

struct Control {
	idSpace @0 :Int32;
	id @1 :UInt32;
	value @2 :ControlValue;
}

struct ControlList {
	controls @0 :List(Control);
}

struct PrepareParams {
	frame @0 :UInt32;
	statsBuffer @1 :UInt32;
	paramsBuffer @2 :UInt32;
	sensorControls @3 :ControlList;
	requestControls @4 :ControlList;
}

struct ControlEnumerator {
	value @0 :Int64;
	name @1 :Text;
}

struct ControlInfo {
	key @0 :UInt32;
	min @1 :ControlValue;
	max @2 :ControlValue;
	def @3 :ControlValue;
	values @4 :List(ControlValue);
	direction @5 :UInt32;
	name @6 :Text;
	type @7 :UInt32;
	size @8 :UInt32;
	enumerators @9 :List(ControlEnumerator);
	isMask @10 :Bool;
	minLength @11 :UInt32;
	maxLength @12 :UInt32;
	step @13 :UInt64;
}

struct ControlInfoMap {
	idSpace @0 :Int32;
	infos @1 :List(ControlInfo);
}

struct Plane {
	fd @0 :UInt32;
	offset @1 :UInt32;
	length @2 :UInt32;
}

struct Buffer {
	id @0 :UInt32;
	planes @1 :List(Plane);
}

struct Buffers {
	buffers @0 :List(Buffer);
}

struct Table {
	values @0 :List(Float32);
}

struct Stream {
	key @0 :UInt32;
	pixelFormat @1 :UInt32;
	size @2 :Size;
}

struct Configuration {
	sensor @0 :SensorInfo;
	streams @1 :List(Stream);
}
