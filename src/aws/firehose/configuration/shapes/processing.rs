//! What becomes of records on their way, and of their format.

use super::common::{ANY, INTEGER_MAX, NOT_EMPTY, Shape, WORD, integer, is, list, optional, required, text};

const PARAMETER: Shape = Shape::Structure(&[
    required(
        "ParameterName",
        Shape::Word(&[
            "LambdaArn",
            "NumberOfRetries",
            "MetadataExtractionQuery",
            "JsonParsingEngine",
            "RoleArn",
            "BufferSizeInMBs",
            "BufferIntervalInSeconds",
            "SubRecordType",
            "Delimiter",
            "CompressionFormat",
            "DataMessageExtraction",
        ]),
    ),
    required("ParameterValue", text(1, 5120, r"^(?!\s*$).+", is::not_empty)),
]);
const PROCESSOR: Shape = Shape::Structure(&[
    required(
        "Type",
        Shape::Word(&[
            "RecordDeAggregation",
            "Decompression",
            "CloudWatchLogProcessing",
            "Lambda",
            "MetadataExtraction",
            "AppendDelimiterToRecord",
        ]),
    ),
    optional("Parameters", list(&PARAMETER, 0, ANY)),
]);
/// ProcessingConfiguration.
pub(super) const PROCESSING: Shape =
    Shape::Structure(&[optional("Enabled", Shape::Boolean), optional("Processors", list(&PROCESSOR, 0, ANY))]);

const SCHEMA: Shape = Shape::Structure(&[
    optional("RoleARN", WORD),
    optional("CatalogId", WORD),
    optional("DatabaseName", WORD),
    optional("TableName", WORD),
    optional("Region", WORD),
    optional("VersionId", WORD),
]);
const OPEN_X: Shape = Shape::Structure(&[
    optional("ConvertDotsInJsonKeysToUnderscores", Shape::Boolean),
    optional("CaseInsensitive", Shape::Boolean),
    optional("ColumnToJsonKeyMappings", Shape::TextMap { key: &WORD, value: &NOT_EMPTY, min: 0, max: ANY }),
]);
const DESERIALIZER: Shape = Shape::Structure(&[
    optional("OpenXJsonSerDe", OPEN_X),
    optional("HiveJsonSerDe", Shape::Structure(&[optional("TimestampFormats", list(&NOT_EMPTY, 0, ANY))])),
]);
const BLOCK_BYTES: Shape = integer(67_108_864, INTEGER_MAX);
const PARQUET: Shape = Shape::Structure(&[
    optional("BlockSizeBytes", BLOCK_BYTES),
    optional("PageSizeBytes", integer(65_536, INTEGER_MAX)),
    optional("Compression", Shape::Word(&["UNCOMPRESSED", "GZIP", "SNAPPY"])),
    optional("EnableDictionaryCompression", Shape::Boolean),
    optional("MaxPaddingBytes", integer(0, INTEGER_MAX)),
    optional("WriterVersion", Shape::Word(&["V1", "V2"])),
]);
const ORC: Shape = Shape::Structure(&[
    optional("StripeSizeBytes", integer(8_388_608, INTEGER_MAX)),
    optional("BlockSizeBytes", BLOCK_BYTES),
    optional("RowIndexStride", integer(1000, INTEGER_MAX)),
    optional("EnablePadding", Shape::Boolean),
    optional("PaddingTolerance", Shape::Share),
    optional("Compression", Shape::Word(&["NONE", "ZLIB", "SNAPPY"])),
    optional("BloomFilterColumns", list(&WORD, 0, ANY)),
    optional("BloomFilterFalsePositiveProbability", Shape::Share),
    optional("DictionaryKeyThreshold", Shape::Share),
    optional("FormatVersion", Shape::Word(&["V0_11", "V0_12"])),
]);
const SERIALIZER: Shape = Shape::Structure(&[optional("ParquetSerDe", PARQUET), optional("OrcSerDe", ORC)]);
/// DataFormatConversionConfiguration.
pub(super) const CONVERSION: Shape = Shape::Structure(&[
    optional("SchemaConfiguration", SCHEMA),
    optional("InputFormatConfiguration", Shape::Structure(&[optional("Deserializer", DESERIALIZER)])),
    optional("OutputFormatConfiguration", Shape::Structure(&[optional("Serializer", SERIALIZER)])),
    optional("Enabled", Shape::Boolean),
]);
